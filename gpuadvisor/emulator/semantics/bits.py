"""Bit fields and counts (PTX ISA 9.7.1): popc, clz, bfind, brev, bfe, bfi, bmsk, szext."""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.types import UNSIGNED, as_bits, as_integers, width
from gpuadvisor.emulator.widths import Lanes, is_signed

_ONE = np.uint32(1)
_ZERO = np.uint32(0)
_ONES = np.uint32(0xFFFFFFFF)
_REVERSING_MASKS = (
    (1, 0x5555555555555555),
    (2, 0x3333333333333333),
    (4, 0x0F0F0F0F0F0F0F0F),
)


def population(lanes: Lanes) -> Lanes:
    """Return the number of set bits as u32."""
    return np.bitwise_count(lanes).astype(np.uint32)


def leading_zeros(lanes: Lanes) -> Lanes:
    """Return the number of zeros above the highest set bit as u32; the width for zero."""
    bits = lanes.dtype.itemsize * 8
    smeared, shift = lanes, 1
    while shift < bits:
        smeared = smeared | (smeared >> lanes.dtype.type(shift))
        shift *= 2
    return np.uint32(bits) - population(smeared)


def reverse_bits(lanes: Lanes) -> Lanes:
    """Return each integer with its bits in reverse order."""
    integer = lanes.dtype.type
    result = lanes.byteswap()
    for shift, mask in _REVERSING_MASKS:
        kept = integer(mask & (2 ** (lanes.dtype.itemsize * 8) - 1))
        result = ((result & kept) << integer(shift)) | ((result >> integer(shift)) & kept)
    return np.asarray(result)


def ones_below(count: Lanes, bits: int) -> Lanes:
    """Return masks whose lowest `count` bits are set; all of them from `bits` on."""
    integer = UNSIGNED[bits]
    return (integer(1) << np.minimum(count, bits).astype(integer)) - integer(1)


def _unary(compute: Callable[[Lanes], Lanes], result: str | None = None) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = instruction.types[0]
        return lanewise((kind,), result or kind, compute)

    return build


def _find_highest(instruction: Instruction) -> Operation:
    """Build bfind: the highest set bit (for negatives, the highest clear one), or all ones."""
    kind = instruction.types[0]
    shift_amount = "shiftamt" in instruction.modifiers

    def compute(a: Lanes) -> Lanes:
        magnitude = np.where(as_integers(a, kind) < 0, ~a, a) if is_signed(kind) else a
        above = leading_zeros(magnitude)
        position = above if shift_amount else np.uint32(width(kind) - 1) - above
        return np.where(magnitude == 0, _ONES, position)

    return lanewise((kind,), "u32", compute)


def _extract_field(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    bits = width(kind)
    integer = UNSIGNED[bits]

    def compute(a: Lanes, position: Lanes, length: Lanes) -> Lanes:
        position, length = position & np.uint32(0xFF), length & np.uint32(0xFF)
        start = np.minimum(position, bits).astype(integer)
        kept = ones_below(length, bits)
        field = (a >> start) & kept
        if not is_signed(kind):
            return np.asarray(field)
        last = np.minimum(position + np.maximum(length, _ONE) - _ONE, bits - 1).astype(integer)
        negative = ((a >> last) & integer(1) == integer(1)) & (length != _ZERO)
        outside = ~(kept & ones_below(np.uint32(bits) - np.minimum(position, np.uint32(bits)), bits))
        return np.asarray(np.where(negative, field | outside, field))

    return lanewise((kind, "u32", "u32"), kind, compute)


def _insert_field(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    bits = width(kind)
    integer = UNSIGNED[bits]

    def compute(a: Lanes, b: Lanes, position: Lanes, length: Lanes) -> Lanes:
        start = np.minimum(position & np.uint32(0xFF), bits).astype(integer)
        field = ones_below(length & np.uint32(0xFF), bits) << start
        return np.asarray((b & ~field) | ((a << start) & field))

    return lanewise((kind, kind, "u32", "u32"), kind, compute)


def _make_mask(instruction: Instruction) -> Operation:
    clamp = "clamp" in instruction.modifiers

    def compute(a: Lanes, b: Lanes) -> Lanes:
        if not clamp:
            a, b = a & np.uint32(31), b & np.uint32(31)
        return np.asarray(ones_below(b, 32) << np.minimum(a, np.uint32(32)))

    return lanewise(("b32", "b32"), "b32", compute)


def _extend_field(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    clamp = "clamp" in instruction.modifiers

    def compute(a: Lanes, b: Lanes) -> Lanes:
        length = np.minimum(b, np.uint32(32)) if clamp else b & np.uint32(31)
        unused = np.uint32(32) - length
        aligned = as_integers(a << unused, kind)
        return as_bits(aligned >> np.minimum(unused, np.uint32(31)).view(aligned.dtype))

    return lanewise((kind, "u32"), kind, compute)


BUILDERS: dict[str, Builder] = {
    "popc": _unary(population, "u32"),
    "clz": _unary(leading_zeros, "u32"),
    "brev": _unary(reverse_bits),
    "bfind": _find_highest,
    "bfe": _extract_field,
    "bfi": _insert_field,
    "bmsk": _make_mask,
    "szext": _extend_field,
}
