"""Exact sums and products of doubles as value plus error, and rounding them in any direction.

Sources: Muller et al., Handbook of Floating-Point Arithmetic (2nd ed.), 4.3.2 (2Sum), 4.4.2 (Dekker's
product); Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using
rounding to odd", IEEE Transactions on Computers 57(4), 2008.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Doubles = NDArray[np.float64]
_SPLITTER = 134217729.0
"""2**27 + 1: splits a double into two halves of 26 bits."""
_BITS = {2: np.uint16, 4: np.uint32, 8: np.uint64}


def two_sum(a: Floats, b: Floats) -> tuple[Doubles, Doubles]:
    """Return the sum rounded to nearest and its exact error; no intermediate may overflow."""
    total = a + b
    b_rounded = total - a
    return total, (a - (total - b_rounded)) + (b - b_rounded)


def _split(a: Doubles) -> tuple[Doubles, Doubles]:
    scaled = a * _SPLITTER
    high = scaled - (scaled - a)
    return high, a - high


def two_product(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """Return the product rounded to nearest and its exact error; nothing may overflow or underflow."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _split(a), _split(b)
    error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return product, error


def round_to_odd(nearest: Floats, error: Floats) -> Floats:
    """Return the exact value, `nearest` plus an error of at most half a unit, rounded to odd.

    An inexact value becomes the neighbour whose last bit is set, so that rounding it once more, to at
    least two bits fewer, gives what rounding the exact value would.
    """
    integer = _BITS[nearest.dtype.itemsize]
    bits = np.asarray(nearest).view(integer)
    even = (bits & integer(1)) == 0
    inexact = ((error > 0) | (error < 0)) & even
    away = ((error > 0) == (nearest > 0)) | (nearest == 0)
    odd = np.where(away, bits + integer(1), bits - integer(1))
    return np.where(inexact, odd, bits).view(nearest.dtype)


def nudge(nearest: Floats, error: Floats, rounding: str) -> Floats:
    """Return the value that `rounding` (rn, rz, rm, rp) asks for, given the nearest one.

    Only the sign of `error` (exact value minus `nearest`) matters; NaN counts as exact.
    """
    if rounding == "rn":
        return nearest
    kind = nearest.dtype.type
    below, above = error < 0, error > 0
    if rounding == "rm":
        return np.where(below, np.nextafter(nearest, kind(-np.inf)), nearest)
    if rounding == "rp":
        return np.where(above, np.nextafter(nearest, kind(np.inf)), nearest)
    too_large = (below & (nearest > 0)) | (above & (nearest < 0))
    return np.where(too_large, np.nextafter(nearest, kind(0)), nearest)


def narrow(exact: Doubles, kind: type[np.floating[Any]], rounding: str) -> Floats:
    """Return doubles rounded to `kind` (float16, float32 or float64)."""
    nearest = exact.astype(kind)
    if rounding == "rn":
        return nearest
    return nudge(nearest, exact - nearest.astype(np.float64), rounding)


def signed_zero(total: Floats, rounding: str, a: Floats, b: Floats) -> Floats:
    """Return `total` with the zeros that terms of opposite sign leave made negative when rounding down.

    IEEE 754-2019, 6.3.
    """
    if rounding != "rm":
        return total
    negative = (total == 0) & (a == -b) & (np.signbit(a) | np.signbit(b))
    return np.where(negative, total.dtype.type(-0.0), total)
