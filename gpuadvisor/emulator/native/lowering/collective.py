"""What the lanes of a warp find out together: vote, match, redux, elect, activemask.

A lane takes part if it is active and, in the .sync forms, named by the executing lane's member mask.
"""

from collections.abc import Callable, Sequence
from operator import add, and_, or_, xor

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.functions import (
    call_shared,
    everywhere,
    in_memory,
    load_lane,
    loop_over_lanes,
)
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.signs import extreme
from gpuadvisor.emulator.native.lowering.vectors import LANES, Integers, integer_type, splat, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS

_INT32 = ir.IntType(32)


def _ballot(builder: ir.IRBuilder, lanes: ir.Value) -> Integers:
    """Return, in all lanes, the bits of the lanes of a predicate."""
    return everywhere(builder, builder.bitcast(lanes, _INT32))


def _members(builder: ir.IRBuilder, mask: ir.Value | None, active: ir.Value) -> Integers:
    """Return who takes part with each lane, as bits."""
    present = _ballot(builder, active)
    return present if mask is None else present & Integers(builder, mask)


def _vote(instruction: Instruction) -> Emit:
    synchronous = "sync" in instruction.modifiers
    mode = next(name for name in ("all", "any", "uni", "ballot") if name in instruction.modifiers)
    modes: dict[str, Callable[[Integers, Integers], Integers]] = {
        "all": lambda yes, members: yes.compare("==", members),
        "any": lambda yes, _members: yes.compare("!=", 0),
        "uni": lambda yes, members: yes.compare("==", 0) | yes.compare("==", members),
        "ballot": lambda yes, _members: yes,
    }

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        members = _members(builder, sources[1] if synchronous else None, active)
        return (modes[mode](_ballot(builder, sources[0]) & members, members).value,)

    return emit


def _equal_lanes(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    """Return, as bits, which lanes hold the same value as each lane."""
    values = Integers(builder, arguments[0])
    stored = in_memory(builder, values.value)

    def step(lane: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
        value = load_lane(builder, stored, lane, arguments[0].type.element)
        equal = values.compare("==", everywhere(builder, value))
        bit = everywhere(builder, builder.shl(ir.Constant(_INT32, 1), lane))
        return [(Integers(builder, carried[0]) | where(equal, bit, 0)).value]

    return loop_over_lanes(builder, [splat(integer_type(32), 0)], step)[0]


def _match(instruction: Instruction) -> Emit:
    every, with_predicate = "all" in instruction.modifiers, len(instruction.operands) == 4

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        members = _members(builder, sources[1], active)
        name = f"match{sources[0].type.element.width}"
        equal = call_shared(builder, name, integer_type(32), sources[:1], _equal_lanes)
        found = Integers(builder, equal) & members
        if not every:
            return (found.value,)
        agreed = found.compare("==", members)
        result = where(agreed, members, 0).value
        return (result, agreed.value) if with_predicate else (result,)

    return emit


Combine = Callable[[Integers, Integers], Integers]


def _reduction(instruction: Instruction) -> tuple[Combine, int]:
    """Return the reduction of two vectors of registers and its neutral element."""
    kind, modifiers = instruction.types[0], instruction.modifiers
    if kind == "f32":
        propagate, largest = "NaN" in modifiers, "max" in modifiers
        infinity = 0xFF800000 if largest else 0x7F800000
        neutral = infinity if propagate else FORMATS["f32"].nan
        return lambda a, b: extreme(a, b, "f32", largest=largest, propagate=propagate), neutral
    signed = kind == "s32"
    table: dict[str, tuple[Combine, int]] = {
        "add": (add, 0),
        "min": (lambda a, b: a.minimum(b, signed=signed), 0x7FFFFFFF if signed else 0xFFFFFFFF),
        "max": (lambda a, b: a.maximum(b, signed=signed), 0x80000000 if signed else 0),
        "and": (and_, 0xFFFFFFFF),
        "or": (or_, 0),
        "xor": (xor, 0),
    }
    return next(table[name] for name in modifiers if name in table)


def _reduce(instruction: Instruction) -> Emit:
    combine, neutral = _reduction(instruction)
    magnitudes = "abs" in instruction.modifiers
    name = ".".join((instruction.opcode, *instruction.modifiers, *instruction.types))

    def body(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
        data, members = (Integers(builder, argument) for argument in arguments)
        stored = in_memory(builder, (data & 0x7FFFFFFF if magnitudes else data).value)

        def step(lane: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
            bit = everywhere(builder, builder.shl(ir.Constant(_INT32, 1), lane))
            value = everywhere(builder, load_lane(builder, stored, lane, _INT32))
            taken = where((members & bit).compare("!=", 0), value, neutral)
            return [combine(Integers(builder, carried[0]), taken).value]

        return loop_over_lanes(builder, [splat(integer_type(32), neutral)], step)[0]

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        members = _members(builder, sources[1], active)
        arguments = [sources[0], members.value]
        return (call_shared(builder, name, integer_type(32), arguments, body),)

    return emit


def _elect(_instruction: Instruction) -> Emit:
    """Lower elect.sync: the lowest member leads."""

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], active: ir.Value) -> tuple[ir.Value, ...]:
        leader = _members(builder, sources[0], active).counted("cttz")
        return leader.value, leader.compare(
            "==", Integers(builder, ir.Constant(integer_type(32), list(range(LANES))))
        ).value

    return emit


def _active_mask(_instruction: Instruction) -> Emit:
    return lambda builder, _sources, active: (_ballot(builder, active).value,)


LOWERINGS: dict[str, Lowering] = {
    "vote": _vote,
    "match": _match,
    "redux": _reduce,
    "elect": _elect,
    "activemask": _active_mask,
}
