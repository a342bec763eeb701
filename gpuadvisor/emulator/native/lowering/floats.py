"""What all floating-point instructions share: flushing, saturation, canonical NaN, packed halves."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.operation import Emit, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS

Compute = Callable[..., Floats]
"""From values to the rounded value of the same type."""


def flush_bits(lanes: Integers, kind: str) -> Integers:
    """Return registers with subnormals made zeros of the same sign."""
    layout = FORMATS[kind]
    exponent = lanes & (layout.largest + 1)
    return where(exponent.compare("==", 0), lanes & layout.sign, lanes)


def flushing(instruction: Instruction, kind: str, kinds: Sequence[str] = ("f32",)) -> Callable[..., Integers]:
    """Return `flush_bits` for an instruction with .ftz on one of `kinds`, else what changes nothing."""
    if "ftz" in instruction.modifiers and kind in kinds:
        return lambda lanes: flush_bits(lanes, kind)
    return lambda lanes: lanes


def saturate(numbers: Floats) -> Floats:
    """Return numbers clamped to [0, 1]; NaN and negative zero become +0."""
    at_most_one = where(numbers.compare("<", 1.0), numbers, 1.0)
    return where(numbers.compare(">", 0.0), at_most_one, 0.0)


def canonical(numbers: Floats, kind: str) -> Integers:
    """Return the bits of numbers, every NaN the canonical one of `kind`."""
    return where(numbers.is_nan(), FORMATS[kind].nan, numbers.as_integers())


def float32_emit(instruction: Instruction, compute: Compute) -> Emit:
    """Return the emitter on f32 registers with the instruction's .ftz and .sat."""
    flush = flushing(instruction, "f32")
    clamp = "sat" in instruction.modifiers

    def on_lanes(*sources: Integers) -> Integers:
        result = compute(*(flush(source).as_floats() for source in sources))
        return flush(saturate(result).as_integers() if clamp else canonical(result, "f32"))

    return lanewise(on_lanes)


def float64_emit(instruction: Instruction, compute: Compute) -> Emit:
    """Return the emitter on f64 registers with the instruction's .sat; NaN keep their payloads."""
    clamp = "sat" in instruction.modifiers

    def on_lanes(*sources: Integers) -> Integers:
        result = compute(*(source.as_floats() for source in sources))
        return (saturate(result) if clamp else result).as_integers()

    return lanewise(on_lanes)


def packed(element: Emit, bits: int) -> Emit:
    """Return the emitter that applies `element` to both halves, of `bits` bits each, of registers."""

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        wholes = [Integers(builder, source) for source in sources]
        (low,) = element(builder, [whole.resized(bits).value for whole in wholes], active)
        (high,) = element(builder, [(whole >> bits).resized(bits).value for whole in wholes], active)
        low_half, high_half = (Integers(builder, half).resized(2 * bits) for half in (low, high))
        return ((low_half | (high_half << bits)).value,)

    return emit


def pairwise(instruction: Instruction, compute: Callable[..., Any]) -> Emit:
    """Return the emitter of `compute`, on both halves if the instruction's type is a pair."""
    emit, kind = lanewise(compute), instruction.types[0]
    if not kind.endswith("x2"):
        return emit
    return packed(emit, 32 if kind == "f32x2" else 16)
