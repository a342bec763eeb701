"""brx.idx in native code (PTX ISA 9.7.12.2)."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Status
from gpuadvisor.emulator.native.blocks import Block, listed_targets
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.vectors import bits, constant, first_lane, mask_of, splat, splat_constant
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.registers import Unsupported


def emit_indexed_branch(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    """Emit brx.idx: each lane chooses a label of a list."""
    builder, warp, pc = lanes.builder, lanes.warp, instruction.index
    targets = [flow.blocks.at[target] for target in listed_targets(flow.blocks.linked.function, instruction)]
    if not targets:
        raise Unsupported("unknown branch targets")
    if min(targets) <= block.number:
        flow.check_budget(warp, pc)
    index = lanes.read(instruction.operands[0], "u32")
    outside = bits(builder, builder.icmp_unsigned(">=", index, splat_constant(len(targets))))
    wide = builder.zext(index, integer_type(64))
    flow.refuse(warp, Status.NO_TARGET, pc, builder.and_(lanes.on, outside), wide)
    places: ir.Value = splat_constant(block.number + 1)
    for number, target in enumerate(targets):
        chosen = builder.icmp_unsigned("==", index, splat_constant(number))
        here = builder.and_(chosen, mask_of(builder, lanes.on))
        places = builder.select(here, splat_constant(target), places)
    _count(flow, lanes, pc, places)
    flow.send(warp, [(warp.active, places)])


def _count(flow: Flow, lanes: Lanes, pc: int, places: ir.Value) -> None:
    """Count as a branch that the lanes take which go elsewhere than the first active one."""
    builder, warp, counters = lanes.builder, lanes.warp, flow.counters
    first = builder.extract_element(places, first_lane(builder, warp.active))
    differs = bits(builder, builder.icmp_unsigned("!=", places, splat(builder, first)))
    elsewhere = builder.and_(differs, warp.active)
    divergent = builder.icmp_unsigned("!=", elsewhere, constant(0))
    counters.add_if(warp, ("divergent", pc), divergent)
    counters.add_if(warp, ("nobody_takes", pc), builder.not_(divergent))
    counters.add_threads(warp, ("divergent_threads", pc), builder.select(divergent, warp.active, constant(0)))
    counters.add_threads(warp, ("divergent_taken", pc), elsewhere)
