"""Integer arithmetic: add, sub, min, max, div, rem, abs, neg, sad, dp4a, dp2a."""

from collections.abc import Callable
from operator import add, sub

from msgspec.structs import replace

from gpuadvisor.emulator.native.lowering.floats import packed
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.quotients import divide, remainder
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.half import element_type
from gpuadvisor.emulator.widths import is_signed

Binary = Callable[[Integers, Integers], Integers]


def _additive(operation: Binary, saturating: str) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        if "sat" in instruction.modifiers:
            return lanewise(lambda a, b: a.call(saturating, b))
        return lanewise(operation)

    return lower


def _extreme(*, largest: bool) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        signed, relu = is_signed(instruction.types[0]), "relu" in instruction.modifiers

        def compute(a: Integers, b: Integers) -> Integers:
            result = a.maximum(b, signed=signed) if largest else a.minimum(b, signed=signed)
            return result.maximum(0, signed=signed) if relu else result

        return lanewise(compute)

    return lower


def _typed(operation: Callable[..., Integers]) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        signed = is_signed(instruction.types[0])
        return lanewise(lambda *sources: operation(*sources, signed=signed))

    return lower


def _absolute(a: Integers, *, signed: bool) -> Integers:
    """Return |a|; the smallest integer stays as it is."""
    return a.maximum(-a, signed=True) if signed else a


def _sum_of_absolute_differences(a: Integers, b: Integers, c: Integers, *, signed: bool) -> Integers:
    return c + where(a.compare("<", b, signed=signed), b - a, a - b)


def _elements(lanes: Integers, bits: int, kind: str) -> list[Integers]:
    """Split registers into sign- or zero-extended elements of `bits` bits, lowest first."""
    aligned = [lanes << shift if shift else lanes for shift in range(32 - bits, -1, -bits)]
    if is_signed(kind):
        return [element.arithmetic_shift(32 - bits) for element in aligned]
    return [element >> (32 - bits) for element in aligned]


def _dot_product(bits: int) -> Lowering:
    """Return dp4a (8 bits) or dp2a (16 bits): elements of a times bytes of b."""

    def lower(instruction: Instruction) -> Emit:
        a_kind, b_kind = instruction.types[:2]
        start = 2 if bits == 16 and "hi" in instruction.modifiers else 0

        def compute(a: Integers, b: Integers, c: Integers) -> Integers:
            factors = _elements(a, bits, a_kind)
            others = _elements(b, 8, b_kind)[start : start + len(factors)]
            for x, y in zip(factors, others, strict=True):
                c = c + x * y
            return c

        return lanewise(compute)

    return lower


def _pairwise(lower: Lowering) -> Lowering:
    """Return what lowers an operation on 16 bits for both halves of registers."""

    def lower_pair(instruction: Instruction) -> Emit | None:
        element = lower(replace(instruction, types=(element_type(instruction.types[0]),)))
        return packed(element, 16) if element is not None else None

    return lower_pair


PAIRS: dict[str, Lowering] = {
    "add": _pairwise(_additive(add, "sadd.sat")),
    "min": _pairwise(_extreme(largest=False)),
    "max": _pairwise(_extreme(largest=True)),
}
LOWERINGS: dict[str, Lowering] = {
    "add": _additive(add, "sadd.sat"),
    "sub": _additive(sub, "ssub.sat"),
    "min": _extreme(largest=False),
    "max": _extreme(largest=True),
    "div": _typed(divide),
    "rem": _typed(remainder),
    "abs": _typed(_absolute),
    "neg": lambda _instruction: lanewise(lambda a: -a),
    "sad": _typed(_sum_of_absolute_differences),
    "dp4a": _dot_product(8),
    "dp2a": _dot_product(16),
}
