"""Sign and order of floating-point numbers (PTX ISA 9.7.3, 9.7.4): abs, neg, min, max, copysign, testp."""

from collections.abc import Callable

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS, Format
from gpuadvisor.emulator.semantics.half import element_type, pairwise
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.widths import Lanes

_MANTISSA_BITS = {"f16": 10, "bf16": 7, "f32": 23, "f64": 52}


def flush_bits(lanes: Lanes, kind: str) -> Lanes:
    """Return registers with subnormals made zeros of the same sign."""
    layout = FORMATS[kind]
    sign = lanes & layout.unsigned(layout.sign)
    smallest_normal = layout.unsigned(1 << _MANTISSA_BITS[kind])
    return np.where((lanes ^ sign) < smallest_normal, sign, lanes)


def _flushed(instruction: Instruction, kind: str) -> Callable[[Lanes], Lanes]:
    if "ftz" in instruction.modifiers and kind in ("f16", "f32"):
        return lambda lanes: flush_bits(lanes, kind)
    return lambda lanes: lanes


def _absolute(instruction: Instruction) -> Operation:
    kind = element_type(instruction.types[0])
    layout, flush = FORMATS[kind], _flushed(instruction, kind)
    magnitude = layout.unsigned(layout.sign - 1)
    return pairwise(instruction, lanewise((kind,), kind, lambda a: flush(a) & magnitude))


def _negate(instruction: Instruction) -> Operation:
    kind = element_type(instruction.types[0])
    layout, flush = FORMATS[kind], _flushed(instruction, kind)
    sign = layout.unsigned(layout.sign)
    return pairwise(instruction, lanewise((kind,), kind, lambda a: flush(a) ^ sign))


def extreme(a: Lanes, b: Lanes, layout: Format, *, largest: bool, propagate: bool) -> Lanes:
    """Return min or max: the other operand for one NaN (canonical NaN if `propagate`), NaN for two.

    Equal values are the same bits or zeros, of which the negative one is the smaller.
    """
    first, second = layout.values(a), layout.values(b)
    result = np.where(first > second if largest else first < second, a, b)
    result = np.where(first == second, a & b if largest else a | b, result)
    a_nan, b_nan = np.isnan(first), np.isnan(second)
    if not (a_nan.any() or b_nan.any()):
        return result
    nan = a_nan | b_nan if propagate else a_nan & b_nan
    result = np.where(a_nan, b, np.where(b_nan, a, result))
    return np.where(nan, layout.unsigned(layout.nan), result)


def _extreme(*, largest: bool) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = element_type(instruction.types[0])
        layout, flush = FORMATS[kind], _flushed(instruction, kind)
        propagate = "NaN" in instruction.modifiers
        by_sign = "xorsign" in instruction.modifiers
        sign = layout.unsigned(layout.sign)

        def compute(*operands: Lanes) -> Lanes:
            values = [flush(operand) for operand in operands]
            signs = (values[0] ^ values[1]) & sign
            if by_sign:
                values = [value & ~sign for value in values]
            result = values[0]
            for value in values[1:]:
                result = extreme(result, value, layout, largest=largest, propagate=propagate)
            return np.where(layout.is_nan(result), result, result | signs) if by_sign else result

        operands = max(2, len(instruction.operands) - 1)  # fewer are refused where they are fetched
        return pairwise(instruction, lanewise((kind,) * operands, kind, compute))

    return build


def _copy_sign(instruction: Instruction) -> Operation:
    """Build copysign: the sign of the first operand with the magnitude of the second (9.7.3.2)."""
    kind = instruction.types[0]
    layout = FORMATS[kind]
    sign = layout.unsigned(layout.sign)
    return lanewise((kind, kind), kind, lambda a, b: (a & sign) | (b & ~sign))


def _test(instruction: Instruction) -> Operation | None:
    kind = instruction.types[0]
    layout = FORMATS[kind]
    infinity = layout.unsigned(layout.largest + 1)
    smallest = layout.unsigned(1 << _MANTISSA_BITS[kind])
    tests: dict[str, Callable[[Lanes], Lanes]] = {
        "finite": lambda size: size < infinity,
        "infinite": lambda size: size == infinity,
        "number": lambda size: size <= infinity,
        "notanumber": lambda size: size > infinity,
        "normal": lambda size: ((size >= smallest) & (size < infinity)) | (size == 0),
        "subnormal": lambda size: (size > 0) & (size < smallest),
    }
    test = next((tests[name] for name in instruction.modifiers if name in tests), None)
    if test is None:
        return None
    magnitude = layout.unsigned(layout.sign - 1)
    return lanewise((kind,), "pred", lambda a: test(a & magnitude))


BUILDERS: dict[str, Builder] = {
    "abs": _absolute,
    "neg": _negate,
    "min": _extreme(largest=False),
    "max": _extreme(largest=True),
    "copysign": _copy_sign,
    "testp": _test,
}
