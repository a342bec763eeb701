"""Textures and surfaces as arguments: how they are written, and the objects made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.textures.images import (
    AddressMode,
    Filter,
    ReadMode,
    Sampling,
    Texels,
    check_sampling,
    texels_of,
)
from gpuadvisor.model.errors import GpuAdvisorError

HANDLE_BYTES = 8


class TextureSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a texture object reads its array: the members of cudaTextureDesc.

    `address` may be a list, with a mode for x, y and z. `channels` says that the array's last axis holds
    them, where its type does not.
    """

    filter: Filter = "point"
    address: AddressMode | tuple[AddressMode, ...] = "clamp"
    normalized: bool = False
    read: ReadMode = "element"
    layered: bool = False
    cube: bool = False
    channels: int | None = None


class SurfaceSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a surface object is; a cubemap is a surface of six layers."""

    layered: bool = False
    channels: int | None = None


_WORDS = {word: member for member, words in {
    "filter": get_args(Filter), "address": get_args(AddressMode), "read": get_args(ReadMode)}.items()
    for word in words}  # fmt: skip
_FLAGS = ("normalized", "layered", "cube")


def parse_image(kind: str, options: Sequence[str]) -> TextureSpec | SurfaceSpec:
    """Return a texture or surface from words: `linear`, `wrap`, `normalized`; ValueError for any other."""
    given: dict[str, Any] = {_WORDS.get(word, word): word if word in _WORDS else True for word in options}
    flags = _FLAGS if kind == "texture" else ("layered",)
    known = [*_WORDS, *flags] if kind == "texture" else list(flags)
    for word in options:
        if word not in known:
            raise ValueError(f"{word!r} says nothing of a {kind}; known: {', '.join(known)}")
    return TextureSpec(**given) if kind == "texture" else SurfaceSpec(**given)


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A texture object over a NumPy array: the value of a cudaTextureObject_t parameter.

    The array's axes are (layers,) (depth,) (height,) width, and channels if there are several. The other
    members are those of cudaTextureDesc: `filter` "point" or "linear", `address` "clamp", "border", "wrap" or
    "mirror" (one, or one each for x, y and z), `normalized` for coordinates from 0 to 1, `read` "element" or
    "normalized-float". Raises GpuAdvisorError where CUDA has no such texture.
    """

    array: NDArray[np.generic]
    channels: int = 1
    filter: Filter = "point"
    address: AddressMode | tuple[AddressMode, ...] = "clamp"
    normalized: bool = False
    read: ReadMode = "element"
    layered: bool = False
    cube: bool = False

    def __post_init__(self) -> None:
        """Refuse what cudaCreateTextureObject would refuse."""
        try:
            check_sampling(self.texels, self.sampling)
        except ValueError as error:
            raise GpuAdvisorError(str(error)) from None

    @property
    def texels(self) -> Texels:
        """The array as texels."""
        return _texels(self.array, self.channels, layered=self.layered, cube=self.cube)

    @property
    def sampling(self) -> Sampling:
        """How they are read; a cubemap's coordinates are directions, and normalized on its faces."""
        address = (self.address,) if isinstance(self.address, str) else self.address
        return Sampling(
            filter=self.filter, address=address, normalized=self.normalized or self.cube, read=self.read
        )

    @property
    def nbytes(self) -> int:
        """The size of the argument: a handle."""
        return HANDLE_BYTES

    def __str__(self) -> str:
        """Return what it is, for messages."""
        return f"texture, {self.texels}"


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A surface object over a NumPy array, with axes as for `Texture`: the value of a cudaSurfaceObject_t."""

    array: NDArray[np.generic]
    channels: int = 1
    layered: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be a surface."""
        try:
            _texels(self.array, self.channels, layered=self.layered)
        except ValueError as error:
            raise GpuAdvisorError(str(error)) from None

    @property
    def texels(self) -> Texels:
        """The array as texels."""
        return _texels(self.array, self.channels, layered=self.layered)

    @property
    def sampling(self) -> Sampling | None:
        """Nothing: a surface is addressed by bytes."""
        return None

    @property
    def nbytes(self) -> int:
        """The size of the argument: a handle."""
        return HANDLE_BYTES

    def __str__(self) -> str:
        """Return what it is, for messages."""
        return f"surface, {self.texels}"


def _texels(
    array: NDArray[np.generic], channels: int, *, layered: bool = False, cube: bool = False
) -> Texels:
    """Return the texels of an array; ValueError where it has gaps or no axis that holds the channels."""
    if not array.flags.c_contiguous:
        raise ValueError("the array of a texture or surface has to be contiguous")
    if channels > 1 and array.shape[-1:] != (channels,):
        raise ValueError(f"the last axis of {list(array.shape)} does not hold {channels} channels")
    shape = array.shape[:-1] if channels > 1 else array.shape
    return texels_of(shape, str(array.dtype), channels, layered=layered, cube=cube)


def made(
    spec: TextureSpec | SurfaceSpec, array: NDArray[np.generic], lanes: int | None, where: str
) -> Texture | Surface:
    """Return the object over the array, of whose vector type `lanes` are the channels."""
    channels = spec.channels or lanes or 1
    try:
        if isinstance(spec, SurfaceSpec):
            return Surface(array, channels, spec.layered)
        return Texture(
            array,
            channels,
            spec.filter,
            spec.address,
            spec.normalized,
            spec.read,
            spec.layered,
            spec.cube,
        )
    except GpuAdvisorError as error:
        error.where = where
        raise
