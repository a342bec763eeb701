"""Approximate functions: ex2, lg2, sin, cos, tanh, rsqrt; rcp and rsqrt of doubles.

Computed in double precision with a relative error below 1e-14 and rounded once: within the manual's
bounds (PTX ISA 9.7.3), and all but never other bits than the interpreter's, which does the same.
"""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.exponentials import hyperbolic_tangent, power_of_two
from gpuadvisor.emulator.native.lowering.floats import float32_emit, float64_emit, flush_bits
from gpuadvisor.emulator.native.lowering.logarithm import binary_logarithm
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.trigonometry import cosine, sine
from gpuadvisor.emulator.native.lowering.vectors import Floats, where
from gpuadvisor.emulator.program import Instruction

Function = Callable[[Floats], Floats]
_UPPER_WORD = 0xFFFFFFFF00000000
_CANONICAL_NAN = 0x7FFFFFFF00000000


def _through_double(function: Function) -> Lowering:
    return lambda instruction: float32_emit(instruction, lambda a: function(a.resized(64)).resized(32))


def _reciprocal_root(a: Floats) -> Floats:
    return 1.0 / a.call("sqrt")


def _gross(function: Function) -> Function:
    """Return the double-precision .approx.ftz form: only the upper words are read and written."""

    def compute(a: Floats) -> Floats:
        upper = flush_bits(a.as_integers() & _UPPER_WORD, "f64")
        result = function(upper.as_floats())
        bits = flush_bits(result.as_integers(), "f64") & _UPPER_WORD
        return where(result.is_nan(), _CANONICAL_NAN, bits).as_floats()

    return compute


def gross_reciprocal(instruction: Instruction) -> Emit:
    """Lower rcp.approx.ftz.f64."""
    return float64_emit(instruction, _gross(lambda a: 1.0 / a))


def reciprocal_root64(instruction: Instruction) -> Emit:
    """Lower rsqrt.approx.f64 and rsqrt.approx.ftz.f64."""
    compute = _gross(_reciprocal_root) if "ftz" in instruction.modifiers else _reciprocal_root
    return float64_emit(instruction, compute)


LOWERINGS: dict[str, Lowering] = {
    "ex2": _through_double(power_of_two),
    "lg2": _through_double(binary_logarithm),
    "sin": _through_double(sine),
    "cos": _through_double(cosine),
    "tanh": _through_double(hyperbolic_tangent),
    "rsqrt": _through_double(_reciprocal_root),
}
