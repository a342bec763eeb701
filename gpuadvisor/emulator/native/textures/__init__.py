"""Textures and surfaces in native code: see `emulator.textures` and `emulator.instructions`.

The functions of `library` do what an instruction does for the lanes of a warp that name one image; they are a
module of their own, which is compiled and linked for kernels with such instructions only.
"""
