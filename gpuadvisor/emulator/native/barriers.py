"""bar, barrier and bar.warp.sync in native code (PTX ISA 9.7.13.1 to 9.7.13.3).

Where all barriers of a kernel are places at which all threads of the block wait, they are released when
no thread can run; otherwise arrivals are counted as they come (`runtime.barriers`).
"""

from collections.abc import Callable

from llvmlite import ir

from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.native.abi import Status, Wait
from gpuadvisor.emulator.native.blocks import Block
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes, width_of
from gpuadvisor.emulator.native.runtime.barriers import NOWHERE
from gpuadvisor.emulator.native.runtime.signatures import declared
from gpuadvisor.emulator.native.state import warp_field, warp_pointer
from gpuadvisor.emulator.native.vectors import I32, LONGS, WORDS, bits, constant, splat_constant
from gpuadvisor.emulator.program import Immediate, Instruction, Operand, Register
from gpuadvisor.emulator.registers import Unsupported

ARRIVALS = "arrivals"
"""The hidden register that says how often a lane has arrived at the cluster's barrier."""
_ALL = splat_constant(0)
_RESULTS: dict[str, Callable[[ir.IRBuilder, ir.Value, ir.Value], ir.Value]] = {
    "popc": lambda _builder, yes, _voters: yes,
    "and": lambda builder, yes, voters: builder.icmp_unsigned("==", yes, voters),
    "or": lambda builder, yes, _voters: builder.icmp_unsigned("!=", yes, _ALL),
}


def emit_barrier(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    """Emit the barrier at the end of a block."""
    modifiers = instruction.modifiers
    if "cluster" in modifiers:
        _emit_of_cluster(flow, lanes, block, instruction)
        return
    if "warp" in modifiers:
        _emit_of_warp(flow, lanes, block, instruction)
        return
    builder, warp = lanes.builder, lanes.warp
    reached = builder.icmp_unsigned("!=", lanes.on, constant(0))
    flow.counters.add_if(warp, ("barriers", instruction.index), reached)
    if flow.counts_arrivals:
        _emit_arrival(flow, lanes, block, instruction)
    else:
        _emit_of_all(flow, lanes, block, instruction.operands[0])


def _emit_of_cluster(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    """Emit barrier.cluster: arriving and waiting are instructions of their own (see `cluster_barrier`)."""
    builder, warp, following = lanes.builder, lanes.warp, block.number + 1
    if "arrive" in instruction.modifiers:
        known = builder.load(lanes.slot(ARRIVALS), typ=WORDS, align=4)
        lanes.put(ARRIVALS, lanes.on, builder.add(known, splat_constant(1)))
        flow.go(warp, following)
        return
    reached = builder.icmp_unsigned("!=", lanes.on, constant(0))
    flow.counters.add_if(warp, ("barriers", instruction.index), reached)
    arguments = [warp.state, constant(following), lanes.on, constant(Wait.CLUSTER_BARRIER)]
    builder.call(declared(builder.module, "wait_for_block"), arguments)
    _send_rest(flow, lanes, block)


def _emit_of_all(flow: Flow, lanes: Lanes, block: Block, number: Operand) -> None:
    if not isinstance(number, Immediate) or number.bits >= BARRIERS:
        raise Unsupported("this barrier")
    wait = declared(lanes.builder.module, "wait_for_block")
    lanes.builder.call(wait, [lanes.warp.state, constant(block.number + 1), lanes.on, constant(number.bits)])
    _send_rest(flow, lanes, block)


def _send_rest(flow: Flow, lanes: Lanes, block: Block) -> None:
    """Send on the lanes whose guard did not hold; the others wait where they are."""
    rest = lanes.builder.and_(lanes.warp.active, lanes.builder.not_(lanes.on))
    flow.split(lanes.warp, [(rest, block.number + 1)] if lanes.guarded else [])


def _emit_arrival(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    builder, warp = lanes.builder, lanes.warp
    waits = "arrive" not in instruction.modifiers
    numbered = instruction.operands
    if "red" in instruction.modifiers:
        numbered = numbered[1:-1]
        _vote(lanes, instruction.operands[-1])
    number, *threads = [lanes.read(operand, "u32") for operand in numbered]
    _check_number(flow, lanes, instruction, number)
    place = constant(block.number + 1 if waits else NOWHERE)
    arguments = [warp.context, warp.state, lanes.on, number, threads[0] if threads else _ALL, place]
    with builder.if_then(builder.icmp_unsigned("!=", lanes.on, constant(0))):
        builder.call(declared(builder.module, "reach_barrier"), arguments)
    if waits:
        _send_rest(flow, lanes, block)
    else:
        flow.split(warp, [(warp.active, block.number + 1)])


def _check_number(flow: Flow, lanes: Lanes, instruction: Instruction, number: ir.Value) -> None:
    builder = lanes.builder
    too_large = bits(builder, builder.icmp_unsigned(">=", number, splat_constant(BARRIERS)))
    wrong = builder.and_(lanes.on, too_large)
    flow.refuse(lanes.warp, Status.NO_BARRIER, instruction.index, wrong, builder.zext(number, LONGS))


def _vote(lanes: Lanes, vote: Operand) -> None:
    """Note what the lanes that are on say, and that they are owed the result."""
    builder, state = lanes.builder, lanes.warp.state
    says = builder.and_(bits(builder, lanes.read(vote, "pred")), lanes.on)
    others = builder.and_(warp_field(builder, state, "votes", I32), builder.not_(lanes.on))
    builder.store(builder.or_(others, says), warp_pointer(builder, state, "votes"))
    owed = builder.or_(warp_field(builder, state, "reduces", I32), lanes.on)
    builder.store(owed, warp_pointer(builder, state, "reduces"))


def receive_votes(lanes: Lanes, reduction: Instruction) -> None:
    """Write the result of a reduction where the lanes go on that have waited for it."""
    builder, warp = lanes.builder, lanes.warp
    owed = warp_field(builder, warp.state, "reduces", I32)
    receiving = builder.and_(owed, warp.active)
    rest = builder.and_(owed, builder.not_(receiving))
    builder.store(rest, warp_pointer(builder, warp.state, "reduces"))
    yes, voters = (
        builder.load(warp_pointer(builder, warp.state, name), typ=WORDS, align=4)
        for name in ("yes", "voters")
    )
    kind = next(name for name in _RESULTS if name in reduction.modifiers)
    target = reduction.operands[0]
    if not isinstance(target, Register) or target.name not in lanes.registers.types:
        raise Unsupported(f"destination {target}")
    width = width_of(lanes.registers.types[target.name])
    result = lanes.resize(_RESULTS[kind](builder, yes, voters), "u32" if kind == "popc" else "pred", width)
    lanes.put(target.name, receiving, result)


def _emit_of_warp(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    builder, warp = lanes.builder, lanes.warp
    members = lanes.read(instruction.operands[0], "u32")
    everyone, some = flow.parts(warp, lanes.on)
    builder.position_at_end(everyone)
    flow.go(warp, block.number + 1)
    builder.position_at_end(some)
    wait = declared(builder.module, "wait_for_warp")
    builder.call(wait, [warp.state, constant(block.number + 1), lanes.on, members])
    _send_rest(flow, lanes, block)
