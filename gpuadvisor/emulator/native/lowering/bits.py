"""Bit fields and counts: popc, clz, bfind, brev, bfe, bfi, bmsk, szext."""

from gpuadvisor.emulator.native.lowering.logic import shift_left, shift_right
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.widths import is_signed


def _ones_below(count: Integers, bits: int) -> Integers:
    """Return masks whose lowest `count` (u32) bits are set; all of them from `bits` on."""
    one = count.resized(bits).number(1)
    return shift_left(one, count) - 1


def _find_highest(instruction: Instruction) -> Emit:
    """Lower bfind: the highest set bit (for negatives, the highest clear one), or all ones."""
    signed, shift_amount = is_signed(instruction.types[0]), "shiftamt" in instruction.modifiers

    def compute(a: Integers) -> Integers:
        magnitude = a ^ a.arithmetic_shift(a.bits - 1) if signed else a
        above = magnitude.counted("ctlz").resized(32)
        position = above if shift_amount else (a.bits - 1) - above
        return where(magnitude.compare("==", 0), -1, position)

    return lanewise(compute)


def _extract_unsigned(a: Integers, position: Integers, length: Integers) -> Integers:
    return shift_right(a, position & 0xFF) & _ones_below(length & 0xFF, a.bits)


def _extract_signed(a: Integers, position: Integers, length: Integers) -> Integers:
    """Shift the field's highest bit, or the register's if the field goes beyond, to the top and back."""
    bits = a.bits
    start, size = position & 0xFF, length & 0xFF
    end = (start + size).minimum(bits)
    top = a << (bits - end).resized(bits)
    kept = top.arithmetic_shift((bits - 1) - (end - start - 1).resized(bits))
    sign = a.arithmetic_shift(bits - 1)
    inside = where(start.compare("<", bits), kept, sign)
    return where(size.compare("==", 0), 0, inside)


def _extract_field(instruction: Instruction) -> Emit:
    return lanewise(_extract_signed if is_signed(instruction.types[0]) else _extract_unsigned)


def _insert_field(a: Integers, b: Integers, position: Integers, length: Integers) -> Integers:
    start = position & 0xFF
    field = shift_left(_ones_below(length & 0xFF, a.bits), start)
    return (b & ~field) | (shift_left(a, start) & field)


def _make_mask(instruction: Instruction) -> Emit:
    clamp = "clamp" in instruction.modifiers

    def compute(a: Integers, b: Integers) -> Integers:
        if not clamp:
            a, b = a & 31, b & 31
        return shift_left(_ones_below(b, 32), a)

    return lanewise(compute)


def _extend_field(instruction: Instruction) -> Emit:
    signed, clamp = is_signed(instruction.types[0]), "clamp" in instruction.modifiers

    def compute(a: Integers, b: Integers) -> Integers:
        unused = 32 - (b.minimum(32) if clamp else b & 31)
        aligned = shift_left(a, unused)
        count = unused.minimum(31)
        return aligned.arithmetic_shift(count) if signed else aligned >> count

    return lanewise(compute)


LOWERINGS: dict[str, Lowering] = {
    "popc": lambda _instruction: lanewise(lambda a: a.call("ctpop").resized(32)),
    "clz": lambda _instruction: lanewise(lambda a: a.counted("ctlz").resized(32)),
    "brev": lambda _instruction: lanewise(lambda a: a.call("bitreverse")),
    "bfind": _find_highest,
    "bfe": _extract_field,
    "bfi": lambda _instruction: lanewise(_insert_field),
    "bmsk": _make_mask,
    "szext": _extend_field,
}
