"""Sign and order of floating-point numbers: abs, neg, min, max, copysign, testp."""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.floats import flushing, pairwise
from gpuadvisor.emulator.native.lowering.formats import is_nan, values
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.half import element_type

_FLUSHED = ("f16", "f32")


def _absolute(instruction: Instruction) -> Emit:
    kind = element_type(instruction.types[0])
    flush, magnitude = flushing(instruction, kind, _FLUSHED), FORMATS[kind].sign - 1
    return pairwise(instruction, lambda a: flush(a) & magnitude)


def _negate(instruction: Instruction) -> Emit:
    kind = element_type(instruction.types[0])
    flush, sign = flushing(instruction, kind, _FLUSHED), FORMATS[kind].sign
    return pairwise(instruction, lambda a: flush(a) ^ sign)


def extreme(a: Integers, b: Integers, kind: str, *, largest: bool, propagate: bool) -> Integers:
    """Return min or max: the other operand for one NaN (canonical NaN if `propagate`), NaN for two.

    Equal values are the same bits or zeros, of which the negative one is the smaller.
    """
    first, second = values(a, kind), values(b, kind)
    result = where(first.compare(">" if largest else "<", second), a, b)
    result = where(first.compare("==", second), a & b if largest else a | b, result)
    if propagate:
        nan = first.unordered("uno", second)
    else:
        second_nan = second.is_nan()
        result, nan = where(second_nan, a, result), second_nan & first.is_nan()
    return where(nan, FORMATS[kind].nan, result)


def _extreme(*, largest: bool) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        kind = element_type(instruction.types[0])
        flush, sign = flushing(instruction, kind, _FLUSHED), FORMATS[kind].sign
        propagate, by_sign = ("NaN" in instruction.modifiers), ("xorsign" in instruction.modifiers)

        def compute(*operands: Integers) -> Integers:
            lanes = [flush(operand) for operand in operands]
            signs = (lanes[0] ^ lanes[1]) & sign
            if by_sign:
                lanes = [lane & (sign - 1) for lane in lanes]
            result = lanes[0]
            for lane in lanes[1:]:
                result = extreme(result, lane, kind, largest=largest, propagate=propagate)
            return where(is_nan(result, kind), result, result | signs) if by_sign else result

        return pairwise(instruction, compute)

    return lower


def _copy_sign(instruction: Instruction) -> Emit:
    """Lower copysign: the sign of the first operand with the magnitude of the second."""
    sign = FORMATS[instruction.types[0]].sign
    return lanewise(lambda a, b: (a & sign) | (b & (sign - 1)))


def _test(instruction: Instruction) -> Emit | None:
    kind = instruction.types[0]
    infinity = FORMATS[kind].largest + 1
    smallest = infinity & -infinity
    tests: dict[str, Callable[[Integers], Integers]] = {
        "finite": lambda size: size.compare("<", infinity),
        "infinite": lambda size: size.compare("==", infinity),
        "number": lambda size: size.compare("<=", infinity),
        "notanumber": lambda size: size.compare(">", infinity),
        "normal": lambda size: (
            (size.compare(">=", smallest) & size.compare("<", infinity)) | size.compare("==", 0)
        ),
        "subnormal": lambda size: size.compare(">", 0) & size.compare("<", smallest),
    }
    test = next((tests[name] for name in instruction.modifiers if name in tests), None)
    return lanewise(lambda a: test(a & (FORMATS[kind].sign - 1))) if test else None


LOWERINGS: dict[str, Lowering] = {
    "abs": _absolute,
    "neg": _negate,
    "min": _extreme(largest=False),
    "max": _extreme(largest=True),
    "copysign": _copy_sign,
    "testp": _test,
}
