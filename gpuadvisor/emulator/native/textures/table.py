"""The table of a launch's images: their handles are places in it, counted from 1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.instructions.images import GEOMETRIES
from gpuadvisor.emulator.instructions.texture_queries import answer
from gpuadvisor.emulator.memory import BASE_ADDRESS, GlobalMemory
from gpuadvisor.emulator.native.textures.abi import IMAGE, QUERIES, Content, Kind, Mode
from gpuadvisor.emulator.textures.images import CUBE_FACES, DEEPEST, Image, Sampling, Texels, yields_floats

_WIDEST_ROW_BYTES = 1 << 31


def suits_native_code(memory: GlobalMemory) -> bool:
    """Return whether native code can read the images: all of each lies where it should in a buffer."""
    return all(_is_regular(memory, image) for image in memory.images if image is not None)


def image_table(memory: GlobalMemory) -> NDArray[Any]:
    """Return the images as an array of `IMAGE`: zeros for those that are gone."""
    table = np.zeros(len(memory.images), IMAGE)
    for number, image in enumerate(memory.images):
        for name, value in ({} if image is None else _described(image)).items():
            table[name][number] = value
    return table


def _is_regular(memory: GlobalMemory, image: Image) -> bool:
    texels = image.texels
    aligned = image.address % texels.texel_bytes == 0
    return aligned and 0 < texels.row_bytes < _WIDEST_ROW_BYTES and _is_in_a_buffer(memory, image)


def _is_in_a_buffer(memory: GlobalMemory, image: Image) -> bool:
    size_bytes = image.texels.size_bytes
    buffer = memory.allocation_at(image.address)
    return buffer is not None and size_bytes > 0 and image.address + size_bytes <= buffer.end


def _described(image: Image) -> dict[str, Any]:
    """Return the fields of an `IMAGE`."""
    texels, sampling = image.texels, image.sampling or Sampling()
    geometries = [geometry.describes(texels) for geometry in GEOMETRIES.values()]
    return {
        "position": image.address - BASE_ADDRESS,
        "largest": 1 if texels.dtype.kind == "f" else np.iinfo(texels.dtype).max,
        "kinds": sum(1 << kind for kind in _kinds(image)),
        "geometries": sum(1 << number for number, does in enumerate(geometries) if does),
        "content": _content(texels, sampling),
        "is_signed": texels.dtype.kind == "i",
        "is_linear": sampling.filter == "linear",
        "is_normalized": sampling.normalized,
        "element_bytes": texels.dtype.itemsize,
        "texel_bytes": texels.texel_bytes,
        "channels": texels.channels,
        "row_bytes": texels.row_bytes,
        "last_layer": (texels.layers or 1) // (CUBE_FACES if texels.cube else 1) - 1,
        "extents": (*texels.extents, 1, 1)[:DEEPEST],
        "modes": [Mode[sampling.address_mode(axis).upper()] for axis in range(DEEPEST)],
        "answers": [answer(name, image) for name in QUERIES],
    }


def _kinds(image: Image) -> list[Kind]:
    if image.sampling is None:
        return [Kind.SURFACE]
    floats = yields_floats(image.texels, image.sampling)
    return [Kind.TEXTURE, Kind.FLOAT_TEXTURE if floats else Kind.INTEGER_TEXTURE]


def _content(texels: Texels, sampling: Sampling) -> Content:
    if texels.dtype.kind == "f":
        return Content.FLOAT if texels.dtype.itemsize == 4 else Content.HALF
    return Content.FRACTION if yields_floats(texels, sampling) else Content.INTEGER
