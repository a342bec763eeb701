"""Logic and shifts (PTX ISA 9.7.8): and, or, xor, not, cnot, lop3, shl, shr, shf."""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.types import UNSIGNED, as_bits, as_integers, width
from gpuadvisor.emulator.widths import Lanes, is_signed

_THIRTY_TWO = np.uint64(32)


def _binary(compute: Callable[[Lanes, Lanes], Lanes]) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = instruction.types[0]
        return lanewise((kind, kind), kind, compute)

    return build


def _not(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind,), kind, np.invert)


def _logical_not(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind,), kind, lambda a: (a == 0).astype(a.dtype))


def _lookup(a: Lanes, b: Lanes, c: Lanes, table: Lanes) -> Lanes:
    """Return the function of three bits whose truth table is `table` (bit 4a + 2b + c)."""
    result = np.zeros_like(a)
    rows = [row for row in range(8) if ((table >> np.uint32(row)) & np.uint32(1)).any()]
    for row in rows:
        chosen = np.negative((table >> np.uint32(row)) & np.uint32(1))
        terms = [lanes if row & bit else ~lanes for lanes, bit in ((a, 4), (b, 2), (c, 1))]
        result = result | (chosen & terms[0] & terms[1] & terms[2])
    return result


def _logic_of_three(instruction: Instruction) -> Operation | None:
    if len(instruction.operands) == 5:
        return lanewise(("b32", "b32", "b32", "u32"), "b32", _lookup)
    combine = np.logical_and if "and" in instruction.modifiers else np.logical_or

    def compute(a: Lanes, b: Lanes, c: Lanes, table: Lanes, q: Lanes) -> tuple[Lanes, Lanes]:
        result = _lookup(a, b, c, table)
        return result, combine(result != 0, q)

    return Operation(
        ("b32", "b32", "b32", "u32", "pred"),
        ("b32", "pred"),
        lambda sources, _active: compute(*sources),
    )


def _shift_left(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    integer = UNSIGNED[width(kind)]

    def narrow(a: Lanes, count: Lanes) -> Lanes:
        return a << np.minimum(count, np.uint32(16)).astype(integer)

    return lanewise((kind, "u32"), kind, narrow if width(kind) == 16 else np.left_shift)


def _shift_right(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    bits = width(kind)
    if not is_signed(kind) and bits >= 32:
        return lanewise((kind, "u32"), kind, np.right_shift)
    highest = np.uint32(bits - 1 if is_signed(kind) else bits)

    def compute(a: Lanes, count: Lanes) -> Lanes:
        values = as_integers(a, kind)
        return as_bits(values >> np.minimum(count, highest).astype(values.dtype))

    return lanewise((kind, "u32"), kind, compute)


def _funnel_shift(instruction: Instruction) -> Operation:
    wrap, left = "wrap" in instruction.modifiers, "l" in instruction.modifiers

    def compute(a: Lanes, b: Lanes, count: Lanes) -> Lanes:
        joined = (b.astype(np.uint64) << _THIRTY_TWO) | a
        amount = (count & np.uint32(31) if wrap else np.minimum(count, np.uint32(32))).astype(np.uint64)
        return ((joined << amount) >> _THIRTY_TWO if left else joined >> amount).astype(np.uint32)

    return lanewise(("b32", "b32", "u32"), "b32", compute)


BUILDERS: dict[str, Builder] = {
    "and": _binary(np.bitwise_and),
    "or": _binary(np.bitwise_or),
    "xor": _binary(np.bitwise_xor),
    "not": _not,
    "cnot": _logical_not,
    "lop3": _logic_of_three,
    "shl": _shift_left,
    "shr": _shift_right,
    "shf": _funnel_shift,
}
