"""2**x and tanh of doubles, as far as single precision and the halves need them: relative error < 1e-14.

The argument is an integer n plus a rest of at most one half; 2**rest comes from its Taylor series.
"""

import math
from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.functions import call_shared
from gpuadvisor.emulator.native.lowering.vectors import Floats, where

_ROUND_TO_INTEGER = 1.5 * 2.0**52
"""Adding it leaves the nearest integer in the lowest bits."""
_BEYOND_SINGLE = 200.0
_TAYLOR = [math.log(2.0) ** power / math.factorial(power) for power in range(1, 14)]
"""(2**x - 1) / x."""
_BIAS = 1023


def polynomial(x: Floats, coefficients: Sequence[float]) -> Floats:
    """Return the polynomial whose constant term comes first (Horner)."""
    result = x.number(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result.fused(x, coefficient)
    return result


def _scale_and_excess(x: Floats) -> tuple[Floats, Floats]:
    """Return 2**n and 2**rest - 1, where n + rest is x within +-200; NaN stays NaN in the excess."""
    low = where(x.compare("<", -_BEYOND_SINGLE), -_BEYOND_SINGLE, x)
    clamped = where(low.compare(">", _BEYOND_SINGLE), _BEYOND_SINGLE, low)
    shifted = clamped + _ROUND_TO_INTEGER
    rest = clamped - (shifted - _ROUND_TO_INTEGER)
    scale = ((shifted.as_integers() + _BIAS) << 52).as_floats()
    return scale, rest * polynomial(rest, _TAYLOR)


def _power_of_two(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    scale, excess = _scale_and_excess(Floats(builder, arguments[0]))
    return ((excess + 1.0) * scale).value


def _hyperbolic_tangent(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    """Emit tanh as (e**2x - 1) / (e**2x + 1), where e**2x - 1 loses no digits near zero."""
    x = Floats(builder, arguments[0])
    scale, excess = _scale_and_excess(x * (2.0 / math.log(2.0)))
    below_one = excess.fused(scale, scale - 1.0)
    return (below_one / (below_one + 2.0)).call("copysign", x).value


def power_of_two(x: Floats) -> Floats:
    """Return 2**x; beyond +-200, where single precision has ended, 2**+-200."""
    return Floats(x.builder, call_shared(x.builder, "ex2", x.value.type, [x.value], _power_of_two))


def hyperbolic_tangent(x: Floats) -> Floats:
    """Return tanh(x)."""
    return Floats(x.builder, call_shared(x.builder, "tanh", x.value.type, [x.value], _hyperbolic_tangent))
