"""Instructions that decide where lanes go, in native code (PTX ISA 9.7.12, 9.7.13)."""

from collections.abc import Callable

from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.native.barriers import emit_barrier
from gpuadvisor.emulator.native.blocks import Block
from gpuadvisor.emulator.native.calls import emit_call, emit_return
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.indexed_branches import emit_indexed_branch
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.polling import emit_patience
from gpuadvisor.emulator.native.vectors import constant
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.registers import Unsupported

_Emit = Callable[[Flow, Lanes, Block, Instruction], None]


def emit_control(flow: Flow, lanes: Lanes, block: Block) -> None:
    """Emit the last instruction of a block, for the lanes that are on."""
    last = block.instructions[-1]
    _CONTROLS[last.opcode](flow, lanes, block, last)


def _following(lanes: Lanes, block: Block) -> int | None:
    """Return where lanes go whose guard does not hold; None if there are none."""
    return block.number + 1 if lanes.guarded else None


def _branch(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    label = flow.blocks.linked.function.labels.get(named_symbol(instruction) or "")
    if label is None:
        raise Unsupported("this form of branch")
    target = flow.blocks.at[label]
    if target <= block.number:
        flow.check_budget(lanes.warp, instruction.index)
    if lanes.guarded:
        _count_branch(flow, lanes, instruction.index)
    if instruction.index in flow.polling:
        emit_patience(flow, lanes, instruction.index, target, block.number + 1)
    if lanes.guarded:
        flow.choose(lanes.warp, lanes.on, target, block.number + 1)
    else:
        flow.go(lanes.warp, target)


def _count_branch(flow: Flow, lanes: Lanes, pc: int) -> None:
    """Count what tells a branch's ways apart, unless all lanes jump."""
    builder, warp, counters = lanes.builder, lanes.warp, flow.counters
    with builder.if_then(builder.icmp_unsigned("!=", lanes.on, warp.active)):
        nobody = builder.icmp_unsigned("==", lanes.on, constant(0))
        split = builder.select(nobody, constant(0), warp.active)
        counters.add_if(warp, ("nobody_takes", pc), nobody)
        counters.add_if(warp, ("divergent", pc), builder.not_(nobody))
        counters.add_threads(warp, ("divergent_threads", pc), split)
        counters.add_threads(warp, ("divergent_taken", pc), lanes.on)


def _exit(flow: Flow, lanes: Lanes, block: Block, _instruction: Instruction) -> None:
    flow.end(lanes.warp, lanes.on, _following(lanes, block))


def _trap(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    flow.stop(lanes.warp, instruction.index, lanes.on, block.number + 1)


_CONTROLS: dict[str, _Emit] = {
    "bra": _branch,
    "brx": emit_indexed_branch,
    "call": emit_call,
    "ret": emit_return,
    "exit": _exit,
    "trap": _trap,
    "brkpt": _trap,
    "bar": emit_barrier,
    "barrier": emit_barrier,
}
