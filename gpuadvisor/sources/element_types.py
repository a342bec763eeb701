"""The types that arguments are made of: NumPy's, bfloat16 and CUDA's vectors."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCALAR_TYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip
_VECTOR = re.compile(r"(?P<scalar>[a-z]+\d*)x(?P<lanes>[1-4])")
_CUDA_VECTOR = re.compile(r"(?P<scalar>[a-z]+(?:16)?)(?P<lanes>[1-4])")
_CUDA_SCALARS = {
    "char": "int8", "uchar": "uint8", "short": "int16", "ushort": "uint16", "int": "int32",
    "uint": "uint32", "long": "int64", "ulong": "uint64", "longlong": "int64", "ulonglong": "uint64",
    "half": "float16", "bfloat16": "bfloat16", "float": "float32", "double": "float64",
}  # fmt: skip
_LARGEST_ALIGNMENT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ElementType:
    """A scalar, or a vector of `lanes` of them: NumPy holds it in a last axis of that length."""

    scalar: str
    lanes: int | None = None

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """How NumPy stores one scalar; it knows no bfloat16, which is kept as its 16 bits."""
        return np.dtype("uint16" if self.scalar == "bfloat16" else self.scalar)

    @property
    def lanes_shape(self) -> tuple[int, ...]:
        """What a vector adds to an array's shape."""
        return () if self.lanes is None else (self.lanes,)

    @property
    def size_bytes(self) -> int:
        """The size of one element."""
        return self.dtype.itemsize * (self.lanes or 1)

    @property
    def alignment_bytes(self) -> int:
        """As CUDA aligns it (CUDA C++ Programming Guide, "Built-in Vector Types")."""
        scalar_bytes = self.dtype.itemsize // (2 if self.dtype.kind == "c" else 1)
        whole = self.dtype.kind == "c" or self.lanes in (2, 4)
        return min(self.size_bytes, _LARGEST_ALIGNMENT_BYTES) if whole else scalar_bytes

    @property
    def limits(self) -> tuple[int, int] | None:
        """The least and the greatest value of an integer type."""
        if not self.scalar.startswith(("int", "uint")):
            return None
        information = np.iinfo(self.scalar)
        return information.min, information.max

    def encode(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return numbers as they are stored."""
        if self.scalar == "bfloat16":
            return bfloat16_bits(values.astype(np.float32))
        with np.errstate(over="ignore"):
            return values.astype(self.dtype)


def element_type(name: str) -> ElementType:
    """Return the type called `float32`, `bfloat16`, `float32x4` or, in CUDA's way, `float4`.

    Raises ValueError for one that nobody knows.
    """
    if name in SCALAR_TYPES:
        return ElementType(name)
    if (match := _VECTOR.fullmatch(name)) and match["scalar"] in SCALAR_TYPES:
        return ElementType(match["scalar"], int(match["lanes"]))
    if (match := _CUDA_VECTOR.fullmatch(name)) and match["scalar"] in _CUDA_SCALARS:
        return ElementType(_CUDA_SCALARS[match["scalar"]], int(match["lanes"]))
    raise ValueError(f"unknown type {name!r}; known: {', '.join(SCALAR_TYPES)}, float4, int2, float32x4 ...")


def bfloat16_bits(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the upper halves of the numbers, rounded to the nearest, ties to even; NaN stays NaN."""
    bits = values.view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    quiet = (bits >> 16) | 0x40
    return np.where(np.isnan(values), quiet, rounded).astype(np.uint16)
