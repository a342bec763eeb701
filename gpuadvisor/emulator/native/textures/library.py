"""All functions that kernels with textures or surfaces share, in one module."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import IMAGE_EXPORTS
from gpuadvisor.emulator.native.textures import (
    axes,
    counting,
    cubes,
    fetching,
    formats,
    handles,
    surfaces,
    texels,
)

_DEFINITIONS = (
    handles.define_find_image,
    handles.define_note_refused,
    counting.define_insert,
    counting.define_count_texels,
    axes.define_place_on_axis,
    cubes.define_find_face,
    texels.define_load_channel,
    texels.define_values_of,
    texels.define_word_of,
    fetching.define_fetch_texels,
    surfaces.define_place_on_surface,
    formats.define_channel_of,
    formats.define_store_texels,
)


def images_module() -> ir.Module:
    """Return the module; each definition may call those before it."""
    module = ir.Module("images")
    for define in _DEFINITIONS:
        function = define(module)
        if function.name not in IMAGE_EXPORTS:
            function.linkage = "internal"
    return module
