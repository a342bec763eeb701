"""log2 of doubles that were single precision or halves: relative error < 1e-14.

The argument is 2**n times a mantissa between the roots of 1/2 and 2, whose logarithm is
2 artanh((m - 1) / (m + 1)).
"""

import math
from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.exponentials import polynomial
from gpuadvisor.emulator.native.lowering.functions import call_shared
from gpuadvisor.emulator.native.lowering.vectors import Floats, where

_MANTISSA = (1 << 52) - 1
_ROOT_OF_HALF = 0x3FE6A09E667F3BCD
"""The bits of the square root of 1/2."""
_SERIES = [2.0 / math.log(2.0) / (2 * power + 1) for power in range(11)]


def _binary_logarithm(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    x = Floats(builder, arguments[0])
    above = x.as_integers() - _ROOT_OF_HALF
    exponent = above.arithmetic_shift(52)
    mantissa = ((above & _MANTISSA) + _ROOT_OF_HALF).as_floats()
    ratio = (mantissa - 1.0) / (mantissa + 1.0)
    whole = exponent.resized(32).to_floats(64, signed=True)
    result = ratio.fused(polynomial(ratio * ratio, _SERIES), whole)
    result = where(x.compare("==", math.inf), math.inf, result)
    result = where(x.compare("==", 0.0), -math.inf, result)
    finished = where(x.unordered("<", 0.0), math.nan, result)
    return finished.value


def binary_logarithm(x: Floats) -> Floats:
    """Return log2(x); x is not subnormal in double precision."""
    return Floats(x.builder, call_shared(x.builder, "lg2", x.value.type, [x.value], _binary_logarithm))
