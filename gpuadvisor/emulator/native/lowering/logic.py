"""Logic and shifts: and, or, xor, not, cnot, lop3, shl, shr, shf. Counts beyond the width are clamped."""

from operator import and_, or_, xor

from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.widths import is_signed


def shift_left(a: Integers, count: Integers) -> Integers:
    """Return a shifted by u32 counts; zero from the width on."""
    return where(count.compare("<", a.bits), a << count.resized(a.bits), 0)


def shift_right(a: Integers, count: Integers) -> Integers:
    """Return a with zeros shifted in by u32 counts; zero from the width on."""
    return where(count.compare("<", a.bits), a >> count.resized(a.bits), 0)


def _arithmetic_shift(a: Integers, count: Integers) -> Integers:
    return a.arithmetic_shift(count.minimum(a.bits - 1).resized(a.bits))


def _shift_right(instruction: Instruction) -> Emit:
    return lanewise(_arithmetic_shift if is_signed(instruction.types[0]) else shift_right)


def _lookup(a: Integers, b: Integers, c: Integers, table: Integers) -> Integers:
    """Return the function of three bits whose truth table is `table` (bit 4a + 2b + c)."""
    known = table.constant
    result = a.number(0)
    for row in range(8):
        if known is not None and not known >> row & 1:
            continue
        terms = [lanes if row & bit else ~lanes for lanes, bit in ((a, 4), (b, 2), (c, 1))]
        chosen = terms[0] & terms[1] & terms[2]
        if known is None:
            chosen = chosen & -((table >> row) & 1)
        result = result | chosen
    return result


def _logic_of_three(instruction: Instruction) -> Emit:
    if len(instruction.operands) == 5:
        return lanewise(_lookup)
    combine = and_ if "and" in instruction.modifiers else or_

    def compute(
        a: Integers, b: Integers, c: Integers, table: Integers, q: Integers
    ) -> tuple[Integers, Integers]:
        result = _lookup(a, b, c, table)
        return result, combine(result.compare("!=", 0), q)

    return lanewise(compute)


def _funnel_shift(instruction: Instruction) -> Emit:
    wrap, left = "wrap" in instruction.modifiers, "l" in instruction.modifiers
    intrinsic, beyond = ("fshl", 0) if left else ("fshr", 1)

    def compute(a: Integers, b: Integers, count: Integers) -> Integers:
        shifted = b.call(intrinsic, a, count)
        if wrap:
            return shifted
        return where(count.compare("<", 32), shifted, (a, b)[beyond])

    return lanewise(compute)


LOWERINGS: dict[str, Lowering] = {
    "and": lambda _instruction: lanewise(and_),
    "or": lambda _instruction: lanewise(or_),
    "xor": lambda _instruction: lanewise(xor),
    "not": lambda _instruction: lanewise(lambda a: ~a),
    "cnot": lambda _instruction: lanewise(lambda a: a.compare("==", 0).resized(a.bits)),
    "lop3": _logic_of_three,
    "shl": lambda _instruction: lanewise(shift_left),
    "shr": _shift_right,
    "shf": _funnel_shift,
}
