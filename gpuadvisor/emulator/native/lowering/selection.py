"""Moves and selections: mov of a register, selp, slct."""

from gpuadvisor.emulator.native.lowering.floats import flush_bits
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction


def _select_by_sign(instruction: Instruction) -> Emit:
    """Lower slct: the first operand where the third is at least zero (-0 is, NaN is not)."""
    by_float, flush = instruction.types[1] == "f32", "ftz" in instruction.modifiers

    def compute(a: Integers, b: Integers, c: Integers) -> Integers:
        sign = flush_bits(c, "f32") if flush else c
        chosen = sign.as_floats().compare(">=", 0.0) if by_float else c.compare(">=", 0, signed=True)
        return where(chosen, a, b)

    return lanewise(compute)


LOWERINGS: dict[str, Lowering] = {
    "mov": lambda _instruction: lanewise(lambda a: a),
    "selp": lambda _instruction: lanewise(lambda a, b, chosen: where(chosen, a, b)),
    "slct": _select_by_sign,
}
