"""Conversion, cvt: among integers, f16, bf16, f32 and f64, and to f16x2, bf16x2 and tf32."""

from collections.abc import Callable, Collection

from gpuadvisor.emulator.native.lowering.floats import flushing, saturate
from gpuadvisor.emulator.native.lowering.formats import encode, values
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.rounding import nudge, round_to_odd, two_sum
from gpuadvisor.emulator.native.lowering.small_convert import lower_small
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import rounding_of
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.types import is_integer, width
from gpuadvisor.emulator.widths import is_signed

Compute = Callable[[Integers], Integers]
_INTEGRAL = {"rni": "roundeven", "rzi": "trunc", "rmi": "floor", "rpi": "ceil"}


def _limits(kind: str) -> tuple[int, int]:
    bits, signed = width(kind), is_signed(kind)
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def _between_integers(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    signed, saturating = is_signed(source), "sat" in instruction.modifiers
    (lowest, highest), (own_lowest, own_highest) = _limits(target), _limits(source)

    def compute(a: Integers) -> Integers:
        if saturating and lowest > own_lowest:
            a = a.maximum(lowest, signed=signed)
        if saturating and highest < own_highest:
            a = a.minimum(highest, signed=signed)
        return a.resized(width(target), signed=signed)

    return compute


def _integral(instruction: Instruction, implied: Collection[str] = ()) -> Callable[[Floats], Floats]:
    """Return the rounding to an integral number, if one is asked for that is not `implied`."""
    wanted = _INTEGRAL.keys() - implied
    name = next((_INTEGRAL[name] for name in instruction.modifiers if name in wanted), None)
    return (lambda numbers: numbers.call(name)) if name else (lambda numbers: numbers)


def _float_to_integer(instruction: Instruction) -> Compute:
    """Lower to a saturating conversion, which truncates.

    NaN gives zero, but for 64-bit targets and f64 sources the target's highest bit.
    """
    target, source = instruction.types[:2]
    flush, integral = flushing(instruction, source), _integral(instruction, {"rzi"})
    bits, signed = width(target), is_signed(target)
    highest = 1 << (bits - 1) if bits == 64 or source == "f64" else 0

    def compute(a: Integers) -> Integers:
        numbers = integral(values(flush(a), source))
        result = numbers.to_integers(bits, signed=signed)
        return where(numbers.is_nan(), highest, result) if highest else result

    return compute


def _finish(instruction: Instruction, target: str) -> Callable[[Floats], Integers]:
    """Return the way from the value to the register: .sat, .relu, rounding, .satfinite, .ftz."""
    layout, rounding, modifiers = FORMATS[target], rounding_of(instruction), instruction.modifiers
    flush, infinity = flushing(instruction, target), layout.largest + 1

    def finish(numbers: Floats) -> Integers:
        if "sat" in modifiers:
            numbers = saturate(numbers)
        if "relu" in modifiers:
            numbers = where(numbers.compare("<=", 0.0), 0.0, numbers)
        bits = encode(numbers, target, rounding)
        if "satfinite" in modifiers:
            infinite = (bits & (layout.sign - 1)).compare("==", infinity)
            bits = where(infinite, (bits & layout.sign) | layout.largest, bits)
        return flush(bits)

    return finish


def _integer_to_float(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    finish, signed = _finish(instruction, target), is_signed(source)
    if width(source) == 64:
        return _wide_integer_to_float(instruction)
    exact_or_rounded_once = width(source) == 16 or (target == "f32" and rounding_of(instruction) == "rn")
    bits = 32 if exact_or_rounded_once else 64
    return lambda a: finish(a.to_floats(bits, signed=signed))


def _wide_integer_to_float(instruction: Instruction) -> Compute:
    """Lower 64-bit integers through the exact sum of two doubles, their halves."""
    target, source = instruction.types[:2]
    signed, rounding = is_signed(source), rounding_of(instruction)

    def compute(a: Integers) -> Integers:
        high = (a >> 32).resized(32).to_floats(64, signed=signed) * 2.0**32
        total, error = two_sum(high, a.resized(32).to_floats(64, signed=False))
        if target == "f64":
            return nudge(total, error, rounding).as_integers()
        return encode(round_to_odd(total, error), target, rounding)

    return compute


def _between_floats(instruction: Instruction) -> Compute:
    target, source = instruction.types[:2]
    flush, integral = flushing(instruction, source), _integral(instruction)
    finish = _finish(instruction, target)
    return lambda a: finish(integral(values(flush(a), source)))


def _to_tf32(instruction: Instruction) -> Emit:
    """Lower cvt to tf32: 10 bits of mantissa, to nearest with ties away (.rna) or even (.rn), or .rz."""
    modifiers = instruction.modifiers

    def compute(a: Integers) -> Integers:
        half = a.number(0x1000) if "rna" in modifiers else ((a >> 13) & 1) + 0xFFF
        rounded = (a if "rz" in modifiers else a + half) & 0xFFFFE000
        if "relu" in modifiers:
            rounded = where(a.compare("<", 0, signed=True), 0, rounded)
        return where((a & 0x7FFFFFFF).compare(">", 0x7F800000), 0x7FFFFFFF, rounded)

    return lanewise(compute)


def _to_pair(instruction: Instruction) -> Emit:
    """Lower cvt.f16x2.f32 and cvt.bf16x2.f32: the first source goes to the upper half."""
    finish = _finish(instruction, instruction.types[0].removesuffix("x2"))

    def compute(a: Integers, b: Integers) -> Integers:
        high, low = (finish(lanes.as_floats()).resized(32) for lanes in (a, b))
        return (high << 16) | low

    return lanewise(compute)


def _convert(instruction: Instruction) -> Emit | None:
    target, source = instruction.types[:2]
    if source == "f32" and target in ("f16x2", "bf16x2"):
        return _to_pair(instruction)
    if source == "f32" and target == "tf32":
        return _to_tf32(instruction)
    if not all(kind in FORMATS or is_integer(kind) for kind in (target, source)):
        return lower_small(instruction)
    if is_integer(target):
        return lanewise((_between_integers if is_integer(source) else _float_to_integer)(instruction))
    return lanewise((_integer_to_float if is_integer(source) else _between_floats)(instruction))


LOWERINGS: dict[str, Lowering] = {"cvt": _convert}
