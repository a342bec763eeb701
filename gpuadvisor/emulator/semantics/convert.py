"""Conversion (PTX ISA 9.7.9, cvt) among integers, f16, bf16, f32 and f64, to pairs and to tf32."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import rounding_of, saturate
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.integral import from_integer, to_integer
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.rounding import Doubles
from gpuadvisor.emulator.semantics.signs import flush_bits
from gpuadvisor.emulator.semantics.small_convert import convert_small, is_small
from gpuadvisor.emulator.semantics.types import SIGNED, UNSIGNED, as_bits, as_integers, is_integer, width
from gpuadvisor.emulator.widths import Lanes, is_signed

Compute = Callable[[Lanes], Lanes]
_INTEGRAL: dict[str, Callable[[Doubles], Doubles]] = {
    "rni": np.rint,
    "rzi": np.trunc,
    "rmi": np.floor,
    "rpi": np.ceil,
}


def _between_integers(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    bits = width(target)
    limits = np.iinfo(SIGNED[bits] if is_signed(target) else UNSIGNED[bits])

    def compute(a: Lanes) -> Lanes:
        values = as_integers(a, source)
        if "sat" in instruction.modifiers:
            own = np.iinfo(values.dtype)
            values = np.clip(values, max(limits.min, own.min), min(limits.max, own.max))
        return values.astype(UNSIGNED[bits])

    return compute


def _flushing(instruction: Instruction, kind: str) -> Compute:
    if "ftz" in instruction.modifiers and kind == "f32":
        return lambda lanes: flush_bits(lanes, "f32")
    return lambda lanes: lanes


def _integral(instruction: Instruction) -> Callable[[Doubles], Doubles] | None:
    return next((_INTEGRAL[name] for name in instruction.modifiers if name in _INTEGRAL), None)


def _float_to_integer(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    flush, doubles = _flushing(instruction, source), FORMATS[source].doubles
    integral = _integral(instruction) or np.trunc
    return lambda a: to_integer(integral(doubles(flush(a))), target, source)


def _finish(instruction: Instruction, target: str) -> Callable[[Doubles], Lanes]:
    """Return the way from the value to the register: .sat, .relu, rounding, .satfinite, .ftz."""
    layout, rounding, modifiers = FORMATS[target], rounding_of(instruction), instruction.modifiers
    flush = _flushing(instruction, target)
    infinity, largest = layout.unsigned(layout.largest + 1), layout.unsigned(layout.largest)
    sign = layout.unsigned(layout.sign)

    def finish(values: Doubles) -> Lanes:
        if "sat" in modifiers:
            values = saturate(values)
        if "relu" in modifiers:
            values = np.where(values <= 0, 0.0, values)
        bits = layout.encode(values, rounding)
        if "satfinite" in modifiers:
            bits = np.where((bits & ~sign) == infinity, largest | (bits & sign), bits)
        return flush(bits)

    return finish


def _integer_to_float(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    rounding = rounding_of(instruction)
    if width(source) < 64:
        finish = _finish(instruction, target)
        return lambda a: finish(as_integers(a, source).astype(np.float64))
    layout = FORMATS[target]
    return lambda a: layout.round(from_integer(as_integers(a, source), target, rounding), rounding)


def _between_floats(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    flush, doubles, finish = (
        _flushing(instruction, source),
        FORMATS[source].doubles,
        _finish(instruction, target),
    )
    integral = _integral(instruction)
    if integral is None:
        return lambda a: finish(doubles(flush(a)))
    return lambda a: finish(integral(doubles(flush(a))))


def _to_tf32(instruction: Instruction) -> Operation:
    """Build cvt to tf32: 10 bits of mantissa, to nearest with ties away (.rna) or even (.rn), or .rz."""
    ties_away, truncate = "rna" in instruction.modifiers, "rz" in instruction.modifiers
    relu = "relu" in instruction.modifiers
    nan_above = np.uint32(0x7F800000)

    def compute(a: Lanes) -> Lanes:
        odd = (a >> np.uint32(13)) & np.uint32(1)
        half = np.uint32(0x1000) if ties_away else np.uint32(0xFFF) + odd
        rounded = (a if truncate else a + half) & np.uint32(0xFFFFE000)
        nan = (a & np.uint32(0x7FFFFFFF)) > nan_above
        rounded = np.where(nan, np.uint32(0x7FFFFFFF), rounded)
        negative = relu & ~nan & (a >= np.uint32(0x80000000))
        return np.where(negative, np.uint32(0), rounded)

    return lanewise(("f32",), "tf32", compute)


def _to_pair(instruction: Instruction) -> Operation:
    """Build cvt.f16x2.f32 and cvt.bf16x2.f32: the first source goes to the upper half."""
    target, source = instruction.types[:2]
    finish, doubles = _finish(instruction, target.removesuffix("x2")), FORMATS[source].doubles

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        with np.errstate(all="ignore"):
            high, low = (finish(doubles(value)).astype(np.uint32) for value in sources)
        return ((high << np.uint32(16)) | low,)

    return Operation((source, source), (target,), function)


def _compute(instruction: Instruction) -> Compute | None:
    target, source = instruction.types[:2]
    if is_integer(source) and is_integer(target):
        return _between_integers(instruction)
    if source in FORMATS and is_integer(target):
        return _float_to_integer(instruction)
    if is_integer(source) and target in FORMATS:
        return _integer_to_float(instruction)
    return _between_floats(instruction) if source in FORMATS and target in FORMATS else None


def _convert(instruction: Instruction) -> Operation | None:
    target, source = instruction.types[:2]
    if "rs" in instruction.modifiers:
        return None
    if is_small(instruction):
        return convert_small(instruction)
    if target in ("f16x2", "bf16x2") and source == "f32":
        return _to_pair(instruction)
    if target == "tf32" and source == "f32":
        return _to_tf32(instruction)
    compute = _compute(instruction)
    if compute is None:
        return None

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        with np.errstate(all="ignore"):
            return (as_bits(compute(sources[0])),)

    return Operation((source,), (target,), function)


BUILDERS: dict[str, Builder] = {"cvt": _convert}
