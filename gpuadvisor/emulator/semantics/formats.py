"""The floating-point formats: bits to doubles, and doubles rounded to bits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpuadvisor.emulator.semantics.rounding import Doubles, Floats, narrow, round_to_odd
from gpuadvisor.emulator.widths import Lanes

_BFLOAT_SHIFT = np.uint32(16)
_BFLOAT_REST = np.uint32(0xFFFF)
_BFLOAT_UNIT = np.uint32(0x10000)


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how many bits, the canonical NaN, and the ways to and from values."""

    bits: int
    unsigned: type[np.unsignedinteger[Any]]
    nan: int
    sign: int
    """The sign bit."""
    largest: int
    """The largest finite value."""
    values: Callable[[Lanes], Floats]
    """The values of registers, in a NumPy type that holds them exactly."""
    round: Callable[[Doubles, str], Lanes]
    """Doubles rounded (rn, rz, rm, rp) to registers; NaN keeps no meaning."""

    def doubles(self, lanes: Lanes) -> Doubles:
        """Return the values of registers in double precision, which is exact."""
        return self.values(lanes).astype(np.float64)

    def is_nan(self, lanes: Lanes) -> Lanes:
        """Return which registers hold NaN."""
        infinity = self.unsigned(self.largest + 1)
        return np.asarray((lanes & self.unsigned(self.sign - 1)) > infinity)

    def encode(self, values: Doubles, rounding: str = "rn") -> Lanes:
        """Return doubles rounded to registers, every NaN the canonical one."""
        rounded = self.round(values, rounding)
        unordered = np.isnan(values)
        return np.where(unordered, self.unsigned(self.nan), rounded) if unordered.any() else rounded


def bfloat_values(lanes: Lanes) -> Floats:
    """Return bf16 registers as single-precision values."""
    return (lanes.astype(np.uint32) << _BFLOAT_SHIFT).view(np.float32)


def _round_bfloat(values: Doubles, rounding: str) -> Lanes:
    """Round through single precision to odd, whose extra 16 bits decide."""
    nearest = values.astype(np.float32)
    bits = round_to_odd(nearest, values - nearest.astype(np.float64)).view(np.uint32)
    rest = bits & _BFLOAT_REST
    kept = bits - rest
    negative = bits >= np.uint32(0x80000000)
    if rounding == "rn":
        odd = (kept & _BFLOAT_UNIT) != 0
        up = (rest > 0x8000) | ((rest == 0x8000) & odd)
    else:
        up = (rest != 0) & {"rz": np.False_, "rm": negative, "rp": ~negative}[rounding]
    return ((kept + np.where(up, _BFLOAT_UNIT, np.uint32(0))) >> _BFLOAT_SHIFT).astype(np.uint16)


FORMATS: dict[str, Format] = {
    "f16": Format(
        16,
        np.uint16,
        0x7FFF,
        0x8000,
        0x7BFF,
        lambda lanes: lanes.view(np.float16),
        lambda values, rounding: narrow(values, np.float16, rounding).view(np.uint16),
    ),
    "bf16": Format(16, np.uint16, 0x7FFF, 0x8000, 0x7F7F, bfloat_values, _round_bfloat),
    "f32": Format(
        32,
        np.uint32,
        0x7FFFFFFF,
        0x80000000,
        0x7F7FFFFF,
        lambda lanes: lanes.view(np.float32),
        lambda values, rounding: narrow(values, np.float32, rounding).view(np.uint32),
    ),
    "f64": Format(
        64,
        np.uint64,
        0xFFF8000000000000,
        0x8000000000000000,
        0x7FEFFFFFFFFFFFFF,
        lambda lanes: lanes.view(np.float64),
        lambda values, _rounding: values.view(np.uint64),
    ),
}
