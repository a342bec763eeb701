"""Approximate functions of single precision (PTX ISA 9.7.3): ex2, lg2, sin, cos, tanh, rsqrt, div.approx.

Each is computed in double precision and rounded once, so its error is far below the manual's bound;
hardware may return other bits within that bound.
"""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import float32_operation, float64_operation
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.rounding import Doubles, Floats

_FLUSHED_DIVISOR = np.float32(2.0**126)
_UPPER_WORD = np.uint64(0xFFFFFFFF00000000)
_SMALLEST_NORMAL = 2.0**-1022
_CANONICAL_NAN = np.uint64(0x7FFFFFFF00000000)


def approximate_division(a: Floats, b: Floats) -> Floats:
    """Return div.approx: a divisor beyond 2**126 gives zero, or NaN for an infinite dividend (9.7.3.8)."""
    magnitude = np.abs(b)
    beyond = (magnitude > _FLUSHED_DIVISOR) & np.isfinite(b)
    return np.where(beyond, a * np.copysign(np.float32(0), b), a / b)


def _through_double(function: Callable[[Doubles], Doubles]) -> Builder:
    def compute(a: Floats) -> Floats:
        return function(a.astype(np.float64)).astype(np.float32)

    return lambda instruction: float32_operation(instruction, 1, compute)


def _reciprocal_root(a: Doubles) -> Doubles:
    return 1.0 / np.sqrt(a)


def _gross(function: Callable[[Doubles], Doubles]) -> Callable[[Doubles], Doubles]:
    """Return the double-precision .approx.ftz form: only the upper words are read and written."""

    def compute(a: Doubles) -> Doubles:
        upper = (a.view(np.uint64) & _UPPER_WORD).view(np.float64)
        upper = np.where(np.abs(upper) < _SMALLEST_NORMAL, np.copysign(0.0, upper), upper)
        result = function(upper)
        result = np.where(np.abs(result) < _SMALLEST_NORMAL, np.copysign(0.0, result), result)
        bits = np.where(np.isnan(result), _CANONICAL_NAN, result.view(np.uint64) & _UPPER_WORD)
        return bits.view(np.float64)

    return compute


def gross_reciprocal(instruction: Instruction) -> Operation:
    """Build rcp.approx.ftz.f64 (9.7.3.14)."""
    return float64_operation(instruction, 1, _gross(np.reciprocal))


def reciprocal_root64(instruction: Instruction) -> Operation:
    """Build rsqrt.approx.f64 and rsqrt.approx.ftz.f64 (9.7.3.16, 9.7.3.17)."""
    compute = _gross(_reciprocal_root) if "ftz" in instruction.modifiers else _reciprocal_root
    return float64_operation(instruction, 1, compute)


BUILDERS: dict[str, Builder] = {
    "ex2": _through_double(np.exp2),
    "lg2": _through_double(np.log2),
    "sin": _through_double(np.sin),
    "cos": _through_double(np.cos),
    "tanh": _through_double(np.tanh),
    "rsqrt": _through_double(_reciprocal_root),
}
