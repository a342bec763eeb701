"""Half precision: f16, bf16 and their pairs: add, sub, mul, fma, ex2, tanh.

Single precision has more than twice the digits of both, so that sums in it may be rounded again
(Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995), and holds products of f16.
Products of bf16 could underflow and are computed in double precision. Fused sums are rounded to odd.
"""

from collections.abc import Callable
from operator import add, mul, sub

from gpuadvisor.emulator.native.lowering.exponentials import hyperbolic_tangent, power_of_two
from gpuadvisor.emulator.native.lowering.floats import flushing, pairwise, saturate
from gpuadvisor.emulator.native.lowering.formats import encode, values
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.rounding import round_to_odd, two_sum
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.half import element_type


def _fused(a: Floats, b: Floats, c: Floats) -> Floats:
    return round_to_odd(*two_sum(a * b, c))


def _lowering(compute: Callable[..., Floats], bits_of: dict[str, int]) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        kind, modifiers = element_type(instruction.types[0]), instruction.modifiers
        flush = flushing(instruction, kind, ("f16",))

        def on_lanes(*sources: Integers) -> Integers:
            numbers = (values(flush(source), kind).resized(bits_of[kind]) for source in sources)
            result = compute(*numbers)
            if "sat" in modifiers:
                result = saturate(result)
            if "relu" in modifiers:
                result = where(result.compare("<", 0.0), 0.0, result)
            return flush(encode(result, kind))

        return pairwise(instruction, on_lanes)

    return lower


_SUM = {"f16": 32, "bf16": 32}
_PRODUCT = {"f16": 32, "bf16": 64}
_FUNCTION = {"f16": 64, "bf16": 64}

LOWERINGS: dict[str, Lowering] = {
    "add": _lowering(add, _SUM),
    "sub": _lowering(sub, _SUM),
    "mul": _lowering(mul, _PRODUCT),
    "fma": _lowering(_fused, _PRODUCT),
    "ex2": _lowering(power_of_two, _FUNCTION),
    "tanh": _lowering(hyperbolic_tangent, _FUNCTION),
}
