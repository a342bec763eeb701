"""Half precision: f16, bf16 and their pairs: add, sub, mul, fma, ex2, tanh, through exact doubles."""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.exponentials import hyperbolic_tangent, power_of_two
from gpuadvisor.emulator.native.lowering.floats import flushing, pairwise, saturate
from gpuadvisor.emulator.native.lowering.formats import doubles, encode
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.rounding import round_to_odd, two_sum
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.half import element_type


def _add(a: Floats, b: Floats) -> Floats:
    return round_to_odd(*two_sum(a, b))


def _lowering(compute: Callable[..., Floats]) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        kind, modifiers = element_type(instruction.types[0]), instruction.modifiers
        flush = flushing(instruction, kind, ("f16",))

        def on_lanes(*sources: Integers) -> Integers:
            result = compute(*(doubles(flush(source), kind) for source in sources))
            if "sat" in modifiers:
                result = saturate(result)
            if "relu" in modifiers:
                result = where(result.compare("<", 0.0), 0.0, result)
            return flush(encode(result, kind))

        return pairwise(instruction, on_lanes)

    return lower


LOWERINGS: dict[str, Lowering] = {
    "add": _lowering(_add),
    "sub": _lowering(lambda a, b: _add(a, -b)),
    "mul": _lowering(lambda a, b: a * b),
    "fma": _lowering(lambda a, b, c: _add(a * b, c)),
    "ex2": _lowering(power_of_two),
    "tanh": _lowering(hyperbolic_tangent),
}
