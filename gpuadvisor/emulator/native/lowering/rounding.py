"""Rounding in the other directions: the sign of the exact error decides about the neighbour.

Sources: Muller et al., Handbook of Floating-Point Arithmetic (2nd ed.), 4.3.1 (Fast2Sum), 4.3.2 (2Sum),
4.4.1 (products with fma); Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved
algorithms using rounding to odd", IEEE Transactions on Computers 57(4), 2008.
"""

from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return the sum rounded to nearest and its exact error; no intermediate may overflow."""
    total = a + b
    b_rounded = total - a
    return total, (a - (total - b_rounded)) + (b - b_rounded)


def round_to_odd(nearest: Floats, error: Floats) -> Floats:
    """Return `nearest` plus an error of at most half a unit, rounded to odd."""
    bits = nearest.as_integers()
    even = (bits & 1).compare("==", 0)
    inexact = error.compare("!=", error.number(0)) & even
    above, positive = error.compare(">", 0.0), nearest.compare(">", 0.0)
    away = ~(above ^ positive) | nearest.compare("==", 0.0)
    odd = where(inexact, bits + where(away, bits.number(1), bits.number(-1)), bits)
    return odd.as_floats()


def nudge(nearest: Floats, error: Floats, rounding: str) -> Floats:
    """Return the value that `rounding` (rn, rz, rm, rp) asks for, given the nearest one.

    Only the sign of `error` (exact value minus `nearest`) matters; NaN counts as exact. It may have
    another width than `nearest`.
    """
    if rounding == "rn":
        return nearest
    bits = nearest.as_integers()
    below, above = error.compare("<", 0.0), error.compare(">", 0.0)
    if rounding == "rz":
        negative = bits.compare("<", 0, signed=True)
        nonzero = (bits << 1).compare("!=", 0)
        too_large = where(negative, above, below) & nonzero
        return where(too_large, bits - 1, bits).as_floats()
    chosen = below if rounding == "rm" else above
    return where(chosen, _neighbour(bits, upwards=rounding == "rp"), bits).as_floats()


def _neighbour(bits: Integers, *, upwards: bool) -> Integers:
    """Return the bits of the next number up or down; of a zero, the smallest subnormal."""
    negative = bits.compare("<", 0, signed=True)
    step = where(negative, -1, bits.number(1)) if upwards else where(negative, 1, bits.number(-1))
    smallest = 1 if upwards else (1 << (bits.bits - 1)) + 1
    return where((bits << 1).compare("==", 0), smallest, bits + step)


def signed_zero(total: Floats, rounding: str, a: Floats, b: Floats) -> Floats:
    """Return `total` with the zeros that terms of opposite sign leave made negative when rounding down.

    IEEE 754-2019, 6.3.
    """
    if rounding != "rm":
        return total
    signs = (a.as_integers() | b.as_integers()).compare("<", 0, signed=True)
    negative = total.compare("==", 0.0) & a.compare("==", -b) & signs
    return where(negative, -0.0, total)
