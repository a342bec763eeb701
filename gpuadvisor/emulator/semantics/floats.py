"""What all floating-point instructions share: flushing, saturation, canonical NaN, packed halves."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Operation
from gpuadvisor.emulator.semantics.rounding import Floats
from gpuadvisor.emulator.widths import Lanes

Compute = Callable[..., Floats]
"""From values to the rounded value of the same type."""

FLOAT32_NAN = np.uint32(0x7FFFFFFF)
"""What single-precision instructions return for NaN (PTX ISA, `abs`, `min`, ...: canonical NaN)."""
_SMALLEST_NORMAL = np.float32(2.0**-126)


def rounding_of(instruction: Instruction) -> str:
    """Return the rounding modifier; nearest even where there is none."""
    return next((name for name in instruction.modifiers if name in ("rz", "rm", "rp")), "rn")


def flush_float32(values: Floats) -> Floats:
    """Return single-precision values with subnormals made zeros of the same sign."""
    return np.where(np.abs(values) < _SMALLEST_NORMAL, np.copysign(np.float32(0), values), values)


def saturate(values: Floats) -> Floats:
    """Return values clamped to [0, 1]; NaN and negative zero become +0."""
    kind = values.dtype.type
    return np.asarray(np.where(values > 0, np.minimum(values, kind(1)), kind(0)))


def canonical_float32(values: Floats) -> Lanes:
    """Return the bits of single-precision values, every NaN as 0x7fffffff."""
    bits: Lanes = values.view(np.uint32)
    unordered = np.isnan(values)
    return np.where(unordered, FLOAT32_NAN, bits) if unordered.any() else bits


def float32_operation(instruction: Instruction, arity: int, compute: Compute) -> Operation:
    """Return the operation on f32 registers with the instruction's .ftz and .sat."""
    flush, clamp = "ftz" in instruction.modifiers, "sat" in instruction.modifiers

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        values = [source.view(np.float32) for source in sources]
        with np.errstate(all="ignore"):
            if flush:
                values = [flush_float32(value) for value in values]
            result = compute(*values)
            if clamp:
                result = saturate(result)
            if flush:
                result = flush_float32(result)
            return (canonical_float32(result),)

    return Operation(("f32",) * arity, ("f32",), function)


def float64_operation(instruction: Instruction, arity: int, compute: Compute) -> Operation:
    """Return the operation on f64 registers with the instruction's .sat."""
    clamp = "sat" in instruction.modifiers

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        with np.errstate(all="ignore"):
            result = compute(*(source.view(np.float64) for source in sources))
            return ((saturate(result) if clamp else result).view(np.uint64),)

    return Operation(("f64",) * arity, ("f64",), function)


def packed(element: Operation, pair_type: str) -> Operation:
    """Return the operation that applies `element` to both halves of registers of `pair_type`."""
    (kind,) = set(element.source_types)
    bits = 32 if kind == "f32" else 16
    half: type[Any] = np.uint32 if bits == 32 else np.uint16
    whole: type[Any] = np.uint64 if bits == 32 else np.uint32

    def function(sources: Sequence[Lanes], active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        (low,) = element.function([source.astype(half) for source in sources], active)
        (high,) = element.function([(source >> whole(bits)).astype(half) for source in sources], active)
        return (low.astype(whole) | (high.astype(whole) << whole(bits)),)

    return Operation((pair_type,) * len(element.source_types), (pair_type,), function)
