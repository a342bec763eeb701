"""What sust.p makes of registers for the texels of a surface (PTX ISA 9.7.11.2).

The manual does not say what becomes of numbers that the format cannot hold: here integers are clamped, floats
rounded to the nearest, and those that are no numbers the canonical NaN.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.textures.images import Texels

HALF_NAN = 0x7FFF


def as_channel(words: NDArray[np.uint32], texels: Texels) -> NDArray[Any]:
    """Return what a channel of each texel gets: floats of floats, integers of integers, shape (n,)."""
    if texels.dtype.kind != "f":
        limits = np.iinfo(texels.dtype)
        numbers = words.view(np.int32) if texels.dtype.kind == "i" else words
        return np.clip(numbers, limits.min, limits.max).astype(texels.dtype)
    floats = words.view(np.float32)
    if texels.dtype.itemsize == floats.itemsize:
        return floats
    return np.where(np.isnan(floats), np.uint16(HALF_NAN), floats.astype(np.float16).view(np.uint16))
