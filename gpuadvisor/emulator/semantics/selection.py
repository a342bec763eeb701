"""Moves and selections (PTX ISA 9.7.6, 9.7.9): mov of a register, selp, slct."""

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.signs import flush_bits
from gpuadvisor.emulator.widths import Lanes


def _move(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind,), kind, lambda a: a)


def _choose(a: Lanes, b: Lanes, chosen: Lanes) -> Lanes:
    return np.where(chosen, a, b)


def _select_by_predicate(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind, kind, "pred"), kind, _choose)


def _select_by_sign(instruction: Instruction) -> Operation:
    """Build slct: the first operand where the third is at least zero (-0 is, NaN is not)."""
    kind, selector = instruction.types[:2]
    flush = "ftz" in instruction.modifiers
    values = np.float32 if selector == "f32" else np.int32

    def compute(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        sign = (flush_bits(c, "f32") if flush else c).view(values)
        return np.where(sign >= 0, a, b)

    return lanewise((kind, kind, selector), kind, compute)


BUILDERS: dict[str, Builder] = {
    "mov": _move,
    "selp": _select_by_predicate,
    "slct": _select_by_sign,
}
