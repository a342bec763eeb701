"""Between integers and doubles: clamping to a range, and 64-bit integers that doubles cannot hold."""

import numpy as np

from gpuadvisor.emulator.semantics.rounding import Doubles, nudge, round_to_odd, two_sum
from gpuadvisor.emulator.semantics.types import SIGNED, UNSIGNED, width
from gpuadvisor.emulator.widths import Lanes, is_signed


def to_integer(values: Doubles, target: str, source: str) -> Lanes:
    """Return integral doubles clamped to the target's range, as register bits.

    NaN gives zero, but for 64-bit targets and f64 sources the target's highest bit (PTX ISA 9.7.9, cvt,
    Integer Notes).
    """
    bits = width(target)
    integer = SIGNED[bits] if is_signed(target) else UNSIGNED[bits]
    limits = np.iinfo(integer)
    if bits < 64:
        result = np.clip(values, limits.min, limits.max).astype(np.int64).astype(UNSIGNED[bits])
    else:
        low, high = float(limits.min), float(2.0 ** (64 - is_signed(target)))
        inside = np.where((values > low) & (values < high), values, 0.0).astype(integer)
        clamped = np.where(
            values >= high, integer(limits.max), np.where(values <= low, integer(limits.min), inside)
        )
        result = clamped.view(np.uint64)
    unordered = np.isnan(values)
    if not unordered.any():
        return result
    highest = 1 << (bits - 1) if bits == 64 or source == "f64" else 0
    return np.where(unordered, UNSIGNED[bits](highest), result)


def from_integer(values: Lanes, target: str, rounding: str) -> Doubles:
    """Return 64-bit integers as doubles that round to `target` as the integers would."""
    high = (values >> values.dtype.type(32)).astype(np.float64) * 2.0**32
    low = (values & values.dtype.type(0xFFFFFFFF)).astype(np.float64)
    total, error = two_sum(high, low)
    return nudge(total, error, rounding) if target == "f64" else round_to_odd(total, error)
