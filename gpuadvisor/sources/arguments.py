"""One kernel argument as its user writes it."""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np

from gpuadvisor.sources.element_types import ElementType, element_type
from gpuadvisor.sources.images import SurfaceSpec, TextureSpec
from gpuadvisor.sources.values import Number


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a structure: a number, a vector, an array in place (`shape`), a pointer or a structure."""

    name: str
    type: str | None = None
    shape: int | tuple[int, ...] | None = None
    fill: str | None = None
    value: Number | tuple[Number, ...] | None = None
    pointer: str | None = None
    fields: tuple["FieldSpec", ...] = ()

    def __post_init__(self) -> None:
        """Refuse what can never be a field (ValueError: the reader adds the place)."""
        check_type(self.type)
        check_shape(self.name, self.shape)
        contents = [self.fill, self.value, self.pointer, self.fields or None]
        if sum(content is not None for content in contents) != 1:
            raise ValueError(f"the field {self.name!r} needs one of value, fill, pointer and fields")
        if (self.type is None) != (self.fill is None and self.value is None):
            raise ValueError(f"the field {self.name!r} needs a type with a value or a fill, else none")

    @property
    def extents(self) -> tuple[int, ...]:
        """The shape as a tuple; empty for a single element."""
        return as_tuple(self.shape) or ()


class ArgumentSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`value` makes a scalar or a vector; `shape` and `fill` an array behind a pointer.

    `fields` makes a structure by value, with `shape` an array of structures behind a pointer. `pointer` is
    an address in another array, `in+11` (in elements), or `null`. `bytes` are passed by value as they are, in
    hexadecimal digits. An argument with none of these is taken by name from the launch's `inputs` function. A
    `fill` that is a `.npy` file brings its own type and shape. `texture` or `surface` make an object of the
    array, or of the one that `pointer` names.
    """

    name: str
    type: str | None = None
    shape: int | tuple[int, ...] | None = None
    fill: str | None = None
    value: Number | tuple[Number, ...] | None = None
    fields: tuple[FieldSpec, ...] = ()
    pointer: str | None = None
    bytes: str | None = None
    texture: TextureSpec | None = None
    surface: SurfaceSpec | None = None

    def __post_init__(self) -> None:
        """Refuse what can never be an argument (ValueError: the reader adds the place)."""
        check_type(self.type)
        check_shape(self.name, self.shape)
        given = self._contents()
        if self.texture is not None and self.surface is not None:
            raise ValueError(f"{self.name!r} is both a texture and a surface: it is one or the other")
        if self.image is not None and given not in ([], ["fill"], ["pointer"]):
            raise ValueError(f"{self.name!r} has {given[0]}: a texture or surface is made of an array")
        if self.bytes is not None and re.fullmatch(r"(\s*[0-9a-fA-F]{2})+\s*", self.bytes) is None:
            raise ValueError(f"the bytes of {self.name!r} are not pairs of hexadecimal digits")
        if self.value is not None and (self.shape is not None or self.fill is not None):
            raise ValueError(f"{self.name!r} has both a value and a shape or fill: it is one or the other")
        if len(given) > 1:
            raise ValueError(f"{self.name!r} has both {given[0]} and {given[1]}: it is one or the other")
        if self.fields or self.pointer is not None or self.bytes is not None:
            if self.type is not None or (self.shape is not None and not self.fields):
                raise ValueError(f"{self.name!r} takes neither type nor shape beside {given[0]}")
            return
        self._check_type_and_shape()

    def _check_type_and_shape(self) -> None:
        if self.type is None and (self.value is not None or not self._brings_its_type()):
            raise ValueError(f"{self.name!r} needs a type, such as float32")
        if self.fill is not None and self.shape is None and not self._brings_its_type():
            raise ValueError(f"{self.name!r} needs a shape")
        if self.shape is not None and self.fill is None:
            raise ValueError(f"{self.name!r} needs a fill, such as zeros or random")

    @property
    def extents(self) -> tuple[int, ...] | None:
        """The shape as a tuple."""
        return as_tuple(self.shape)

    @property
    def element(self) -> ElementType | None:
        """The type, where one is given."""
        return None if self.type is None else element_type(self.type)

    @property
    def dtype(self) -> np.dtype[np.generic] | None:
        """How NumPy stores the type, where one is given."""
        return None if self.element is None else self.element.dtype

    @property
    def image(self) -> TextureSpec | SurfaceSpec | None:
        """What object it is, if it is one."""
        return self.texture or self.surface

    @property
    def from_inputs(self) -> bool:
        """Whether the launch's `inputs` function must supply it."""
        return not self._contents()

    def _contents(self) -> list[str]:
        return [name for name in ("fill", "value", "fields", "pointer", "bytes")
                if getattr(self, name) not in (None, ())]  # fmt: skip

    def _brings_its_type(self) -> bool:
        return self.from_inputs or (self.fill or "").endswith(".npy")


def check_names(names: Iterable[str]) -> None:
    """Raise ValueError where two arguments share a name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"several arguments are called {twice[0]!r}")


def as_tuple(shape: int | tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Return a shape that may be written as one number."""
    return (shape,) if isinstance(shape, int) else shape


def check_type(name: str | None) -> None:
    """Raise ValueError for a type that nobody knows."""
    if name is not None:
        element_type(name)


def check_shape(name: str, shape: int | tuple[int, ...] | None) -> None:
    """Raise ValueError for an array without elements."""
    if any(extent < 1 for extent in as_tuple(shape) or ()):
        raise ValueError(f"{name!r} has an empty shape")
