"""Integer arithmetic (PTX ISA 9.7.1): add, sub, mul, mad, div, rem, abs, neg, min, max, sad, dp4a, dp2a."""

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import packed
from gpuadvisor.emulator.semantics.half import element_type
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.types import UNSIGNED, as_bits, as_integers, width
from gpuadvisor.emulator.widths import Lanes, is_signed

Binary = Callable[[Lanes, Lanes], Lanes]
_INT32 = np.iinfo(np.int32)


def saturate_int32(values: Lanes) -> Lanes:
    """Clamp 64-bit integers to the range of s32 and return the bits."""
    return as_bits(np.clip(values, _INT32.min, _INT32.max).astype(np.int32))


def _saturating(operation: Binary) -> Binary:
    def compute(a: Lanes, b: Lanes) -> Lanes:
        return saturate_int32(operation(a.view(np.int32).astype(np.int64), b.view(np.int32)))

    return compute


def _additive(operation: Binary) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = instruction.types[0]
        compute = _saturating(operation) if "sat" in instruction.modifiers else operation
        return lanewise((kind, kind), kind, compute)

    return build


def _as_typed(kind: str, operation: Binary) -> Binary:
    def compute(a: Lanes, b: Lanes) -> Lanes:
        return as_bits(operation(as_integers(a, kind), as_integers(b, kind)))

    return compute


def _extreme(operation: Binary) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = instruction.types[0]
        compute = _as_typed(kind, operation)
        if "relu" not in instruction.modifiers:
            return lanewise((kind, kind), kind, compute)
        zero = np.zeros((), UNSIGNED[width(kind)])
        at_least_zero = _as_typed(kind, np.maximum)
        return lanewise((kind, kind), kind, lambda a, b: at_least_zero(compute(a, b), zero))

    return build


def _magnitudes(lanes: Lanes, kind: str) -> tuple[Lanes, Lanes | np.bool]:
    """Return |value| as unsigned integers and whether the value is negative."""
    if not is_signed(kind):
        return lanes, np.False_
    negative = as_integers(lanes, kind) < 0
    return np.where(negative, np.negative(lanes), lanes), negative


def _divide(kind: str) -> Binary:
    """Return division that truncates; by zero it yields all ones (the manual leaves it unspecified)."""
    ones = UNSIGNED[width(kind)](~UNSIGNED[width(kind)](0))

    def compute(a: Lanes, b: Lanes) -> Lanes:
        dividend, dividend_negative = _magnitudes(a, kind)
        divisor, divisor_negative = _magnitudes(b, kind)
        quotient = dividend // np.where(divisor == 0, ones, divisor)
        if is_signed(kind):
            quotient = np.where(dividend_negative != divisor_negative, np.negative(quotient), quotient)
        return np.where(b == 0, ones, quotient)

    return compute


def _remainder(kind: str) -> Binary:
    """Return the remainder with the dividend's sign; by zero it yields the dividend (unspecified)."""
    one = UNSIGNED[width(kind)](1)

    def compute(a: Lanes, b: Lanes) -> Lanes:
        dividend, negative = _magnitudes(a, kind)
        divisor, _ = _magnitudes(b, kind)
        remainder = dividend % np.where(divisor == 0, one, divisor)
        return np.where(b == 0, a, np.where(negative, np.negative(remainder), remainder))

    return compute


def _binary(compute_for: Callable[[str], Binary]) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = instruction.types[0]
        return lanewise((kind, kind), kind, compute_for(kind))

    return build


def _absolute(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind,), kind, lambda a: _magnitudes(a, kind)[0])


def _negate(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    return lanewise((kind,), kind, np.negative)


def _sum_of_absolute_differences(instruction: Instruction) -> Operation:
    kind = instruction.types[0]

    def compute(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        less = as_integers(a, kind) < as_integers(b, kind)
        return c + np.where(less, b - a, a - b)

    return lanewise((kind, kind, kind), kind, compute)


def _elements(lanes: Lanes, bits: int, kind: str) -> list[Lanes]:
    """Split 32-bit registers into sign- or zero-extended elements of `bits` bits, lowest first."""
    shifts = range(0, 32, bits)
    raw = [(lanes >> np.uint32(shift)).astype(UNSIGNED[bits]) for shift in shifts]
    prefix = "s" if is_signed(kind) else "u"
    return [as_integers(element, f"{prefix}{bits}").astype(np.int64) for element in raw]


def _dot(a_parts: list[Lanes], b_parts: list[Lanes], c: Lanes) -> Lanes:
    total = sum(x * y for x, y in zip(a_parts, b_parts, strict=True))
    return np.asarray(c + np.asarray(total).astype(np.uint32))


def _dot_product_of_four(instruction: Instruction) -> Operation:
    a_kind, b_kind = instruction.types[:2]
    result = "s32" if is_signed(a_kind) or is_signed(b_kind) else "u32"

    def compute(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        return _dot(_elements(a, 8, a_kind), _elements(b, 8, b_kind), c)

    return lanewise(("b32", "b32", result), result, compute)


def _dot_product_of_two(instruction: Instruction) -> Operation:
    a_kind, b_kind = instruction.types[:2]
    result = "s32" if is_signed(a_kind) or is_signed(b_kind) else "u32"
    half = slice(2, 4) if "hi" in instruction.modifiers else slice(0, 2)

    def compute(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        return _dot(_elements(a, 16, a_kind), _elements(b, 8, b_kind)[half], c)

    return lanewise(("b32", "b32", result), result, compute)


def _pairwise(build: Builder) -> Builder:
    """Return the builder that applies an operation on 16 bits to both halves of registers."""

    def build_pair(instruction: Instruction) -> Operation | None:
        kind = instruction.types[0]
        element = build(replace(instruction, types=(element_type(kind),)))
        return packed(element, kind) if element is not None else None

    return build_pair


PAIRS: dict[str, Builder] = {
    "add": _pairwise(_additive(np.add)),
    "min": _pairwise(_extreme(np.minimum)),
    "max": _pairwise(_extreme(np.maximum)),
}
BUILDERS: dict[str, Builder] = {
    "add": _additive(np.add),
    "sub": _additive(np.subtract),
    "min": _extreme(np.minimum),
    "max": _extreme(np.maximum),
    "div": _binary(_divide),
    "rem": _binary(_remainder),
    "abs": _absolute,
    "neg": _negate,
    "sad": _sum_of_absolute_differences,
    "dp4a": _dot_product_of_four,
    "dp2a": _dot_product_of_two,
}
