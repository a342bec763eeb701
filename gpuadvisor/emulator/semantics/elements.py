"""The elements of matrices: their width in registers and the numbers they stand for (PTX ISA 9.7.14.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.small_floats import SMALL_FLOATS
from gpuadvisor.emulator.widths import Lanes

Numbers = NDArray[Any]
"""Exact values: float64 for floating types, int64 for integers."""

_TF32 = np.uint32(0xFFFFE000)
_INT32 = np.iinfo(np.int32)


@dataclass(frozen=True, slots=True)
class Element:
    """One element type; its bits come as unsigned integers of at least `bits` bits."""

    bits: int
    decode: Callable[[Lanes], Numbers]
    is_float: bool

    @property
    def per_register(self) -> int:
        """Elements in one register of a fragment: 32 bits, or one element of 64."""
        return max(1, 32 // self.bits)


def _float(kind: str) -> Element:
    layout = FORMATS[kind]
    return Element(layout.bits, lambda raw: layout.doubles(raw.astype(layout.unsigned)), is_float=True)


def _integer(bits: int, *, signed: bool) -> Element:
    if not signed:
        return Element(bits, lambda raw: raw.astype(np.int64), is_float=False)
    sign = 1 << (bits - 1)
    return Element(bits, lambda raw: (raw.astype(np.int64) ^ sign) - sign, is_float=False)


def _small_float(kind: str) -> Element:
    layout = SMALL_FLOATS[kind]
    return Element(8, layout.decode, is_float=True)


ELEMENTS: dict[str, Element] = {
    **{kind: _float(kind) for kind in ("f16", "bf16", "f32", "f64")},
    "tf32": Element(32, lambda raw: FORMATS["f32"].doubles(raw.astype(np.uint32) & _TF32), is_float=True),
    **{kind: _small_float(kind) for kind in ("e4m3", "e5m2")},
    "s32": _integer(32, signed=True),
    **{f"{sign}{bits}": _integer(bits, signed=sign == "s") for sign in "su" for bits in (8, 4)},
    "b1": _integer(1, signed=False),
}
"""tf32 registers are read without the 13 bits that the type lacks."""


def encode(values: Numbers, kind: str, *, saturate: bool = False) -> Lanes:
    """Return accumulators (f16, f32, f64, s32) as bits: floats rounded, integers wrapped or clamped."""
    if kind != "s32":
        return FORMATS[kind].encode(values)
    clamped = np.clip(values, _INT32.min, _INT32.max) if saturate else values
    return clamped.astype(np.int64).view(np.uint64).astype(np.uint32)
