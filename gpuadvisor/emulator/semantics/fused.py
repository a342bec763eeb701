"""Products plus sums with one rounding: fma for f32 and f64 (PTX ISA 9.7.3.6)."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.semantics.exact import repair
from gpuadvisor.emulator.semantics.rounding import (
    Doubles,
    Floats,
    narrow,
    nudge,
    round_to_odd,
    signed_zero,
    two_product,
    two_sum,
)

_BELOW_FLOAT32 = np.uint64(0x1FFFFFFF)
_HALFWAY = np.uint64(0x10000000)
_ONE = np.uint32(1)
_TWICE_SMALLEST_NORMAL = np.uint32(0x01000000)
"""The bits of 2**-126, shifted as the sign is."""
_LARGE = 2.0**990
_SMALL = 2.0**-900


def fma32(a: Floats, b: Floats, c: Floats, rounding: str = "rn") -> Floats:
    """Return a * b + c in single precision, rounded once.

    The product of two singles is exact in double precision. Rounding the double sum again differs
    from rounding once only where that sum lies halfway between singles, or below their normal range.
    """
    product = a.astype(np.float64) * b
    total = np.asarray(product + c)
    nearest = total.astype(np.float32)
    if rounding == "rn" and not _doubtful(total, nearest).any():
        return nearest
    exact = round_to_odd(*two_sum(product, c.astype(np.float64)))
    result = np.where(np.isfinite(total), narrow(exact, np.float32, rounding), nearest)
    return signed_zero(result, rounding, product, c)


def _doubtful(total: Doubles, nearest: Floats) -> NDArray[np.bool_]:
    """Return where rounding `total` to `nearest` may have rounded twice: halfway, or up to 2**-126."""
    halfway = (total.view(np.uint64) & _BELOW_FLOAT32) == _HALFWAY
    magnitude_bits = nearest.view(np.uint32) << _ONE
    return np.asarray(halfway | (magnitude_bits - _ONE < _TWICE_SMALLEST_NORMAL))


def fma64(a: Doubles, b: Doubles, c: Doubles, rounding: str = "rn") -> Doubles:
    """Return a * b + c in double precision, rounded once (Boldo and Melquiond, figure 1).

    Lanes where an intermediate result could overflow or underflow are computed with fractions.
    """
    a, b, c = np.broadcast_arrays(a, b, c)
    product, low = two_product(a, b)
    sum_high, sum_low = two_sum(c, low)
    high, rest = two_sum(product, sum_high)
    odd = round_to_odd(*two_sum(sum_low, rest))
    if rounding == "rn" and _ordinary(a, b, c, product):
        return np.asarray(high + odd)
    nearest, error = two_sum(high, odd)
    direct = np.where(np.isinf(c) & np.isfinite(a) & np.isfinite(b), c, product + c)
    usable = np.isfinite(direct) & np.isfinite(nearest) & (nearest != 0)
    result = np.where(usable, nudge(nearest, error, rounding), direct)
    result = signed_zero(result, rounding, product, c)
    return repair(result, _hazardous(a, b, c, product), (a, b, c), _exact, rounding)


def _ordinary(a: Doubles, b: Doubles, c: Doubles, product: Doubles) -> bool:
    """Return whether no lane can overflow, underflow or be zero; NaN is not ordinary."""
    largest = np.max([np.abs(values).max() for values in (a, b, c, product)])
    return bool(largest < _LARGE and np.abs(product).min() > _SMALL)


def _hazardous(a: Doubles, b: Doubles, c: Doubles, product: Doubles) -> Floats:
    largest = np.maximum(np.maximum(np.abs(a), np.abs(b)), np.maximum(np.abs(c), np.abs(product)))
    tiny = (np.abs(product) < _SMALL) & (a != 0) & (b != 0)
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    return np.asarray(((largest > _LARGE) | tiny) & finite)


def _exact(a: Fraction, b: Fraction, c: Fraction) -> Fraction:
    return a * b + c
