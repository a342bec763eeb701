"""Shuffles: shfl in all modes, with operands known now as one LLVM shuffle, else through memory."""

from collections.abc import Sequence
from typing import TypeVar

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.functions import call_shared, gather, in_memory
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.vectors import LANES, Integers, integer_type, where
from gpuadvisor.emulator.program import Instruction

_MODES = ("up", "down", "bfly", "idx")
_INT32 = ir.IntType(32)
Number = TypeVar("Number", int, Integers)


def _source_and_limit(mode: str, lane: Number, b: Number, c: Number) -> tuple[Number, Number]:
    """Return the lane to read and the last that is in range, the first for up (PTX ISA 9.7.9.6)."""
    offset, clamp, segment = b & 31, c & 31, (c >> 8) & 31
    lowest = lane & segment
    limit = lowest | (clamp & ~segment)
    if mode == "up":
        return lane - offset, limit
    if mode == "down":
        return lane + offset, limit
    if mode == "bfly":
        return lane ^ offset, limit
    return lowest | (offset & ~segment), limit


def _shuffle_known(mode: str, data: Integers, b: int, c: int) -> tuple[ir.Value, ir.Value]:
    choices = [_source_and_limit(mode, lane, b, c) for lane in range(LANES)]
    in_range = [source >= limit if mode == "up" else source <= limit for source, limit in choices]
    sources = [
        source if inside else lane
        for lane, ((source, _), inside) in enumerate(zip(choices, in_range, strict=True))
    ]
    chosen = ir.Constant(integer_type(32), sources)
    result = data.builder.shuffle_vector(data.value, data.value, chosen)
    return result, ir.Constant(integer_type(1), [int(inside) for inside in in_range])


def _gather_lanes(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    return gather(builder, in_memory(builder, arguments[0]), arguments[1], _INT32, 4)


def _shuffle_unknown(mode: str, data: Integers, b: Integers, c: Integers) -> tuple[ir.Value, ir.Value]:
    lane = Integers(data.builder, ir.Constant(integer_type(32), list(range(LANES))))
    source, limit = _source_and_limit(mode, lane, b, c)
    in_range = source.compare(">=" if mode == "up" else "<=", limit, signed=True)
    arguments = [data.value, where(in_range, source, lane).value]
    result = call_shared(data.builder, "shuffle", data.value.type, arguments, _gather_lanes)
    return result, in_range.value


def _shuffle(instruction: Instruction) -> Emit:
    mode = next(name for name in _MODES if name in instruction.modifiers)
    with_predicate = len(instruction.operands) - (4 if "sync" in instruction.modifiers else 3) == 2

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], _active: ir.Value) -> tuple[ir.Value, ...]:
        data, b, c = (Integers(builder, source) for source in sources[:3])
        if b.constant is not None and c.constant is not None:
            results = _shuffle_known(mode, data, b.constant, c.constant)
        else:
            results = _shuffle_unknown(mode, data, b, c)
        return results if with_predicate else results[:1]

    return emit


LOWERINGS: dict[str, Lowering] = {"shfl": _shuffle}
