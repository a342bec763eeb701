"""fma of double precision in the directed roundings.

The sign of the exact error of the nearest result decides (S. Boldo and J.-M. Muller, "Exact and Approximated
Error of the FMA", IEEE Transactions on Computers 60(2), 2011). It is computed from significands near one: the
factors lose their exponents, and the other numbers as much. A term so far away from the product that it only
tells the direction is moved nearer.
"""

from dataclasses import dataclass

from gpuadvisor.emulator.native.lowering.rounding import nudge, signed_zero, two_sum
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where

_EXPONENT_SHIFT = 52
_BIAS = 1023
_EXPONENTS = 0x7FF << _EXPONENT_SHIFT
_SMALLEST_NORMAL = 2.0**-1022
_FAR = 200
"""Exponents so far apart that the smaller number only decides a direction."""
_STEP = 1000
_STEPS = 3
"""Products of doubles have exponents between -2148 and 2046."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A number as significand, of size 1 to 2, and exponent; of zero, both mean nothing."""

    significand: Integers
    """Its bits, the exponent's being zero."""
    exponent: Integers


def _parts(number: Floats) -> _Parts:
    small = number.magnitude().compare("<", _SMALLEST_NORMAL)
    bits = where(small, number * 2.0**54, number).as_integers()
    biased = (bits & _EXPONENTS) >> _EXPONENT_SHIFT
    return _Parts(bits & ~_EXPONENTS, biased - where(small, biased.number(_BIAS + 54), _BIAS))


def _joined(significand: Integers, exponent: Integers) -> Floats:
    return (significand | ((exponent + _BIAS) << _EXPONENT_SHIFT)).as_floats()


def _clamped(exponent: Integers, limit: int) -> Integers:
    return exponent.maximum(-limit, signed=True).minimum(limit, signed=True)


def _scaled(number: Floats, exponent: Integers) -> Floats:
    """Return number * 2**exponent, for results that are no subnormals."""
    one = exponent.number(0)
    for _ in range(_STEPS):
        step = _clamped(exponent, _STEP)
        number, exponent = number * _joined(one, step), exponent - step
    return number


def _error(a: Floats, b: Floats, c: Floats, nearest: Floats) -> Floats:
    """Return a number with the sign of a * b + c - nearest, for finite numbers."""
    first, second, term = _parts(a), _parts(b), _parts(c)
    exponent = first.exponent + second.exponent
    zero = exponent.number(0)
    x, y = _joined(first.significand, zero), _joined(second.significand, zero)
    distance = term.exponent - exponent
    z = where(c.compare("==", 0.0), 0.0, _joined(term.significand, _clamped(distance, _FAR)))
    product = x * y
    product_error = x.fused(y, -product)
    low, lowest = two_sum(z, product_error)
    high, middle = two_sum(product, low)
    exact = ((high - _scaled(nearest, zero - exponent)) + middle) + lowest
    beyond = distance.compare(">", _FAR, signed=True) & c.compare("!=", 0.0)
    no_product = a.compare("==", 0.0) | b.compare("==", 0.0)
    return where(no_product, 0.0, where(beyond, product, exact))


def fused(a: Floats, b: Floats, c: Floats, rounding: str) -> Floats:
    """Return a * b + c, rounded once."""
    nearest = a.fused(b, c)
    if rounding == "rn":
        return nearest
    finite = _is_finite(a) & _is_finite(b) & _is_finite(c)
    error = where(_is_finite(nearest), _error(a, b, c, nearest), -nearest)
    error = where(finite, error, 0.0)
    exact = signed_zero(nearest, rounding, a * b, c)
    return where(error.compare("==", 0.0), exact, nudge(nearest, error, rounding))


def _is_finite(number: Floats) -> Integers:
    return number.magnitude().compare("<", float("inf"))
