"""One kernel argument as its user writes it: a typed scalar, or an array with a shape and a fill."""

import msgspec
import numpy as np

ELEMENT_TYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64",
)  # fmt: skip


class ArgumentSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`value` makes a scalar; `shape` and `fill` an array behind a pointer.

    An argument with neither is taken by name from the launch's `inputs` function. A `fill` that is a
    `.npy` file brings its own type and shape.
    """

    name: str
    type: str | None = None
    shape: int | tuple[int, ...] | None = None
    fill: str | None = None
    value: bool | int | float | None = None

    def __post_init__(self) -> None:
        """Refuse what can never be an argument (ValueError: the reader adds the place)."""
        if self.type is not None and self.type not in ELEMENT_TYPES:
            raise ValueError(f"unknown type {self.type!r}; known: {', '.join(ELEMENT_TYPES)}")
        if self.value is not None and (self.shape is not None or self.fill is not None):
            raise ValueError(f"{self.name!r} has both a value and a shape or fill: it is one or the other")
        if any(extent < 1 for extent in self.extents or ()):
            raise ValueError(f"{self.name!r} has an empty shape")
        if self.type is None and (self.value is not None or not self._brings_its_type()):
            raise ValueError(f"{self.name!r} needs a type, such as float32")
        if self.fill is not None and self.shape is None and not self._brings_its_type():
            raise ValueError(f"{self.name!r} needs a shape")
        if self.shape is not None and self.fill is None:
            raise ValueError(f"{self.name!r} needs a fill, such as zeros or random")

    @property
    def extents(self) -> tuple[int, ...] | None:
        """The shape as a tuple."""
        return (self.shape,) if isinstance(self.shape, int) else self.shape

    @property
    def dtype(self) -> np.dtype[np.generic] | None:
        """The NumPy type, where one is given."""
        return None if self.type is None else np.dtype(self.type)

    @property
    def from_inputs(self) -> bool:
        """Whether the launch's `inputs` function must supply it."""
        return self.fill is None and self.value is None

    def _brings_its_type(self) -> bool:
        return self.from_inputs or (self.fill or "").endswith(".npy")
