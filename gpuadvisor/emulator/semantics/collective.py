"""What the lanes of a warp do together (PTX ISA 9.7.9 shfl, 9.7.13): vote, match, redux, elect, activemask.

A lane takes part if it is active and, in the .sync forms, named by the executing lane's member mask.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.signs import extreme
from gpuadvisor.emulator.widths import Lanes

Mask = NDArray[np.bool_]
_LANE = np.arange(32, dtype=np.int64)
_LANE_BIT = np.uint32(1) << np.arange(32, dtype=np.uint32)
_FIVE_BITS = np.int64(31)


def ballot(lanes: Mask) -> NDArray[np.uint32]:
    """Return the bits of each warp's lanes: shape (warps, 32) bool to (warps, 1) u32."""
    packed = np.packbits(lanes, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u4").astype(np.uint32)


def _full(lanes: Lanes, active: Mask) -> Lanes:
    return np.broadcast_to(lanes, active.shape)


def _members(sources: Sequence[Lanes], active: Mask, *, synchronous: bool) -> Lanes:
    """Return who takes part with each lane, as bits."""
    present = ballot(active)
    return present & _full(sources[-1], active) if synchronous else _full(present, active)


def _source_lane(mode: str, b: Lanes, c: Lanes) -> tuple[Lanes, Lanes]:
    """Return the lane that each lane reads and whether it is in range (9.7.9.6, Semantics)."""
    offset, clamp, segment = b & _FIVE_BITS, c & _FIVE_BITS, (c >> 8) & _FIVE_BITS
    lowest = _LANE & segment
    highest = lowest | (clamp & ~segment)
    if mode == "up":
        source = _LANE - offset
        return source, source >= highest
    choices = {"down": _LANE + offset, "bfly": _LANE ^ offset, "idx": lowest | (offset & ~segment)}
    source = choices[mode]
    return source, source <= highest


def _uniform(lanes: Lanes) -> Lanes:
    """Return one row if all warps hold the same values, which is common and cheaper."""
    return lanes[:1] if lanes.shape[0] > 1 and bool((lanes == lanes[:1]).all()) else lanes


def _shuffle(instruction: Instruction) -> Operation:
    mode = next(name for name in ("up", "down", "bfly", "idx") if name in instruction.modifiers)
    sources = ("b32", "b32", "b32", *(("b32",) if "sync" in instruction.modifiers else ()))
    with_predicate = len(instruction.operands) - len(sources) == 2

    def function(values: Sequence[Lanes], active: Mask) -> tuple[Lanes, ...]:
        offset, clamp = (_uniform(_full(value, active)).astype(np.int64) for value in values[1:3])
        source, in_range = _source_lane(mode, offset, clamp)
        source = np.where(in_range, source, _LANE)
        data = _full(values[0], active)
        if source.shape[0] == 1:
            result = data[:, source[0]]
        else:
            result = data.ravel()[source + np.arange(0, data.size, 32)[:, None]]
        return (result, np.array(_full(in_range, active))) if with_predicate else (result,)

    return Operation(sources, ("b32", "pred") if with_predicate else ("b32",), function)


def _vote(instruction: Instruction) -> Operation:
    synchronous = "sync" in instruction.modifiers
    mode = next(name for name in ("all", "any", "uni", "ballot") if name in instruction.modifiers)
    modes: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
        "all": lambda yes, members: yes == members,
        "any": lambda yes, _members: yes != 0,
        "uni": lambda yes, members: (yes == 0) | (yes == members),
        "ballot": lambda yes, _members: yes,
    }

    def function(values: Sequence[Lanes], active: Mask) -> tuple[Lanes, ...]:
        members = _members(values, active, synchronous=synchronous)
        return (modes[mode](ballot(_full(values[0], active)) & members, members),)

    sources = ("pred", "b32") if synchronous else ("pred",)
    return Operation(sources, ("b32" if mode == "ballot" else "pred",), function)


def _equal_lanes(values: Lanes) -> Lanes:
    """Return, as bits, which lanes hold the same value as each lane."""
    result = np.zeros(values.shape, np.uint32)
    for lane in range(32):
        result |= np.where(values == values[:, lane : lane + 1], _LANE_BIT[lane], np.uint32(0))
    return result


def _match(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    every = "all" in instruction.modifiers
    with_predicate = len(instruction.operands) == 4

    def function(values: Sequence[Lanes], active: Mask) -> tuple[Lanes, ...]:
        members = _members(values, active, synchronous=True)
        equal = _equal_lanes(_full(values[0], active)) & members
        if not every:
            return (equal,)
        agreed = equal == members
        result = np.where(agreed, members, np.uint32(0))
        return (result, agreed) if with_predicate else (result,)

    return Operation((kind, "b32"), ("b32", "pred") if with_predicate else ("b32",), function)


def _reduction(instruction: Instruction) -> tuple[Callable[[Lanes, Lanes], Lanes], Any]:
    """Return the reduction of two arrays of registers and its neutral element."""
    kind, modifiers = instruction.types[0], instruction.modifiers
    if kind == "f32":
        propagate, layout, largest = "NaN" in modifiers, FORMATS["f32"], "max" in modifiers
        infinity = 0xFF800000 if largest else 0x7F800000
        neutral = np.array(infinity if propagate else layout.nan, np.uint32)
        return lambda a, b: extreme(a, b, layout, largest=largest, propagate=propagate), neutral
    integer = np.int32 if kind == "s32" else np.uint32
    limits = np.iinfo(integer)
    table: dict[str, tuple[np.ufunc, int]] = {
        "add": (np.add, 0),
        "min": (np.minimum, limits.max),
        "max": (np.maximum, limits.min),
        "and": (np.bitwise_and, 0xFFFFFFFF),
        "or": (np.bitwise_or, 0),
        "xor": (np.bitwise_xor, 0),
    }
    operation, start = next(table[name] for name in modifiers if name in table)
    neutral = np.array(start, np.int64).astype(np.uint32)
    return lambda a, b: operation(a.view(integer), b.view(integer)).view(np.uint32), neutral


def _reduce(instruction: Instruction) -> Operation:
    kind = instruction.types[0]
    combine, neutral = _reduction(instruction)
    magnitudes = "abs" in instruction.modifiers

    def function(values: Sequence[Lanes], active: Mask) -> tuple[Lanes, ...]:
        members = _members(values, active, synchronous=True)
        data = _full(values[0], active)
        if magnitudes:
            data = data & np.uint32(0x7FFFFFFF)
        result: Lanes = np.full(active.shape, neutral)
        for lane in range(32):
            taken = (members & _LANE_BIT[lane]) != 0
            result = combine(result, np.where(taken, data[:, lane : lane + 1], neutral))
        return (result,)

    return Operation((kind, "b32"), (kind,), function)


def _elect(_instruction: Instruction) -> Operation:
    """Build elect.sync: the lowest member leads."""

    def function(values: Sequence[Lanes], active: Mask) -> tuple[Lanes, ...]:
        members = _members(values, active, synchronous=True)
        lowest = members & np.negative(members)
        leader = np.bitwise_count(lowest - np.uint32(1)).astype(np.uint32)
        return leader, lowest == _LANE_BIT

    return Operation(("b32",), ("b32", "pred"), function)


def _active_mask(_instruction: Instruction) -> Operation:
    return Operation((), ("b32",), lambda _values, active: (np.array(_full(ballot(active), active)),))


BUILDERS: dict[str, Builder] = {
    "shfl": _shuffle,
    "vote": _vote,
    "match": _match,
    "redux": _reduce,
    "elect": _elect,
    "activemask": _active_mask,
}
