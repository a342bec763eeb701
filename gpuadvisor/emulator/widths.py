"""The fundamental types of PTX: sizes, signs and the NumPy types that hold them (PTX ISA 5.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Lanes = NDArray[Any]
"""A register of every thread: shape (warps, 32), unsigned integers of the type's width or bool."""

TYPE_BYTES: dict[str, int] = {
    "pred": 1,
    **dict.fromkeys(("b8", "u8", "s8", "e4m3", "e5m2"), 1),
    **dict.fromkeys(
        ("b16", "u16", "s16", "f16", "bf16", "e4m3x2", "e5m2x2", "e2m3x2", "e3m2x2", "ue8m0x2"), 2
    ),
    "e2m1x2": 1,
    **dict.fromkeys(("b32", "u32", "s32", "f32", "tf32", "f16x2", "bf16x2"), 4),
    **dict.fromkeys(("u16x2", "s16x2", "u8x4", "s8x4", "e4m3x4", "e5m2x4", "e2m3x4", "e3m2x4"), 4),
    "e2m1x4": 2,
    **dict.fromkeys(("b64", "u64", "s64", "f64", "f32x2"), 8),
    **dict.fromkeys(("texref", "samplerref", "surfref"), 8),
    "b128": 16,
}

WIDE = np.dtype([("low", np.uint64), ("high", np.uint64)])
"""What holds 128 bits: two numbers, of which nothing is computed."""

_DTYPES: dict[int, np.dtype[Any]] = {
    **{size: np.dtype(f"u{size}") for size in (1, 2, 4, 8)},
    16: WIDE,
}


def is_type(suffix: str) -> bool:
    """Return whether an instruction suffix without its dot is a type."""
    return suffix in TYPE_BYTES


def is_signed(type_name: str) -> bool:
    """Return whether widening a value of this type extends its sign."""
    return type_name in ("s8", "s16", "s32", "s64")


def dtype_of(type_name: str) -> np.dtype[Any]:
    """Return the NumPy type that holds a PTX type as bits."""
    return np.dtype(np.bool_) if type_name == "pred" else _DTYPES[TYPE_BYTES[type_name]]


def unsigned(size_bytes: int) -> np.dtype[Any]:
    """Return the unsigned type of 1, 2, 4 or 8 bytes; that of 16 bytes is a pair."""
    return _DTYPES[size_bytes]


def resize(values: Lanes, type_name: str, target: np.dtype[Any]) -> Lanes:
    """Return `values` of PTX type `type_name` in the width of `target`: cut, or extended as the type says."""
    if values.dtype == target:
        return values
    if is_signed(type_name) and target.itemsize > values.dtype.itemsize:
        signed = np.dtype(f"i{values.dtype.itemsize}")
        return values.view(signed).astype(f"i{target.itemsize}").view(target)
    return values.astype(target)
