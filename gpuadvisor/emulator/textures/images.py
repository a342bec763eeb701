"""Texture and surface objects (CUDA C++ Programming Guide, Texture and Surface Memory)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, get_args

import numpy as np

Filter = Literal["point", "linear"]
AddressMode = Literal["wrap", "clamp", "mirror", "border"]
ReadMode = Literal["element", "normalized-float"]

ELEMENTS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32")
"""What cudaChannelFormatDesc can describe."""
CHANNELS = (1, 2, 4)
CUBE_FACES = 6
DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Texels:
    """An array of texels, kept row by row.

    CUDA arrays lie in memory in a tiled order that NVIDIA does not document; row by row is the order of
    pitch-linear memory.
    """

    element: str
    channels: int
    extents: tuple[int, ...]
    """Width, then height, then depth: as many as the array has dimensions."""
    layers: int | None = None
    """Of a layered array: a cubemap has six to each cube."""
    cube: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of one channel."""
        return np.dtype(self.element)

    @property
    def texel_bytes(self) -> int:
        """All channels of a texel."""
        return self.dtype.itemsize * self.channels

    @property
    def row_bytes(self) -> int:
        """From one row to the next."""
        return self.extents[0] * self.texel_bytes

    @property
    def size_bytes(self) -> int:
        """The whole array."""
        return prod(self.extents) * (self.layers or 1) * self.texel_bytes

    def __str__(self) -> str:
        """Return what it is, for messages: `layered 2D of uint8 x 4`."""
        kind = "cube of" if self.cube else f"{len(self.extents)}D of"
        channels = f" x {self.channels}" if self.channels > 1 else ""
        layered = "layered " if self.layers is not None and self.layers != CUBE_FACES * self.cube else ""
        return f"{layered}{kind} {self.element}{channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a texture object reads its texels: the members of cudaTextureDesc."""

    filter: Filter = "point"
    address: tuple[AddressMode, ...] = ("clamp",)
    """For each dimension; the last one holds for those behind it too."""
    normalized: bool = False
    """Whether coordinates run from 0 to 1 over the texture."""
    read: ReadMode = "element"

    def address_mode(self, axis: int) -> AddressMode:
        """Return the mode of a dimension.

        Coordinates that are not normalized cannot wrap: they clamp instead (CUDA Runtime API,
        cudaCreateTextureObject).
        """
        mode = self.address[min(axis, len(self.address) - 1)]
        return "clamp" if mode in ("wrap", "mirror") and not self.normalized else mode


@dataclass(frozen=True, slots=True)
class Image:
    """An array of texels in device memory; a texture says how it samples, a surface does not sample."""

    address: int
    texels: Texels
    sampling: Sampling | None = None

    @property
    def kind(self) -> str:
        """What it is called in messages."""
        return "texture" if self.sampling is not None else "surface"


def texels_of(
    shape: Sequence[int], element: str, channels: int, *, layered: bool = False, cube: bool = False
) -> Texels:
    """Return the texels of an array of `shape`: slowest first, without the axis of the channels.

    Layers, or the faces of a cube, come first. Raises ValueError where no such texture exists.
    """
    if element not in ELEMENTS:
        raise ValueError(f"no texture has elements of {element}; known: {', '.join(ELEMENTS)}")
    if channels not in CHANNELS:
        raise ValueError(f"a texture has 1, 2 or 4 channels, not {channels}")
    by_layer = layered or cube
    layers, extents = (shape[0], shape[1:]) if by_layer and shape else (None, shape)
    deepest = 2 if by_layer else DEEPEST
    if not 1 <= len(extents) <= deepest:
        raise ValueError(f"a{' layered' if by_layer else ''} texture has 1 to {deepest} dimensions")
    if cube and (len(extents) != 2 or extents[0] != extents[1] or (layers or 0) % CUBE_FACES):
        raise ValueError("a cubemap is six squares, or a multiple: a shape such as [6, 64, 64]")
    return Texels(
        element=element, channels=channels, extents=tuple(reversed(extents)), layers=layers, cube=cube
    )


def check_sampling(texels: Texels, sampling: Sampling) -> None:
    """Raise ValueError where texels cannot be read that way (CUDA Runtime API, cudaCreateTextureObject)."""
    if not 1 <= len(sampling.address) <= DEEPEST:
        raise ValueError(f"a texture has one to {DEEPEST} address modes, not {len(sampling.address)}")
    for word, known in (
        (sampling.filter, get_args(Filter)),
        (sampling.read, get_args(ReadMode)),
        *((mode, get_args(AddressMode)) for mode in sampling.address),
    ):
        if word not in known:
            raise ValueError(f"{word!r} is none of {', '.join(known)}")
    if sampling.filter == "linear" and not yields_floats(texels, sampling):
        raise ValueError(
            f"linear filtering needs floats: {texels.element} elements are read as they are"
            + (", or with the read mode normalized-float" if texels.dtype.itemsize < 4 else "")
        )


def yields_floats(texels: Texels, sampling: Sampling) -> bool:
    """Whether a fetch returns floats; cudaTextureDesc::readMode makes none of integers of 32 bits."""
    if texels.dtype.kind == "f":
        return True
    return sampling.read == "normalized-float" and texels.dtype.itemsize < 4
