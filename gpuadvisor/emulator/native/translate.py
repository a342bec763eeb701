"""A linked kernel to LLVM IR: one function that runs a warp until none of its lanes can go on.

Lanes run in the interpreter's order: those at the smallest place first, together. Places are numbers of basic
blocks. Within a block, registers are values; between blocks, those still needed lie behind the warp's state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llvmlite import ir

from gpuadvisor.emulator.callgraph import calls_runtime, changes_memory
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.native import (
    asynchronous,
    atomics,
    bulk,
    cluster_addresses,
    control,
    matrix_product,
    matrix_rows,
    matrix_tiles,
    mbarriers,
    moves,
    stack,
    transfers,
)
from gpuadvisor.emulator.native.activations import thread_bytes
from gpuadvisor.emulator.native.barriers import ARRIVALS, receive_votes
from gpuadvisor.emulator.native.blocks import (
    IMAGE_OPCODES,
    Block,
    basic_blocks,
    depends_on_order,
    gathers,
    is_reduction,
)
from gpuadvisor.emulator.native.counters import Counters
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes, RegisterFile
from gpuadvisor.emulator.native.lowering import NativeOperation
from gpuadvisor.emulator.native.meetings import meetings_of
from gpuadvisor.emulator.native.plan import Plan
from gpuadvisor.emulator.native.polling import Writes, polling_of
from gpuadvisor.emulator.native.requests import Requester, Sites, windows_of
from gpuadvisor.emulator.native.runtime.signatures import RUN_WARP
from gpuadvisor.emulator.program import Instruction, Register
from gpuadvisor.emulator.registers import CARRY, Unsupported

if TYPE_CHECKING:
    from gpuadvisor.emulator.native.textures.objects import ImageSites

_ACCESSES: dict[str, Callable[[Lanes, Requester, Instruction], None]] = {
    "ld": transfers.emit_load,
    "ldu": transfers.emit_load,
    "st": asynchronous.emit_store,
    "atom": atomics.emit_atomic,
    "red": asynchronous.emit_reduction,
    "cp": bulk.emit_any_copy,
    "mbarrier": mbarriers.emit_memory_barrier,
    "mapa": cluster_addresses.emit_map_address,
    "ldmatrix": matrix_rows.emit_load_matrix,
    "stmatrix": matrix_rows.emit_store_matrix,
    "wmma": matrix_tiles.emit_warp_matrix,
}
_MOVES: dict[str, Callable[[Lanes, Instruction], None]] = {
    "mov": moves.emit_move,
    "cvta": moves.emit_convert_address,
    "isspacep": moves.emit_is_space,
    "getctarank": cluster_addresses.emit_rank,
    "mma": matrix_product.emit_product,
    "movmatrix": matrix_rows.emit_move_matrix,
}
_WITHOUT_EFFECT = frozenset(
    {"membar", "fence", "prefetch", "prefetchu", "nanosleep", "discard", "applypriority"}
    | {"griddepcontrol", "setmaxnreg", "pmevent", "createpolicy"}
)


@dataclass(frozen=True, slots=True)
class Translation:
    """A kernel as LLVM IR."""

    text: str
    plan: Plan


def translate(linked: Linked, layout: Layout) -> Translation:
    """Translate a kernel; raises Unsupported where native code lacks something that it uses."""
    try:
        return _Translator(linked, layout).translate()
    except (LookupError, ValueError, StopIteration) as reason:
        # Types, modifiers and operands are looked up in tables: what is in none of them is not supported.
        raise Unsupported("a form of instruction that no table knows") from reason


class _Translator:
    def __init__(self, linked: Linked, layout: Layout) -> None:
        function = linked.function
        self._polling = polling_of(function)
        if self._polling.by and any(changes_memory(instruction) for instruction in function.instructions):
            raise Unsupported("malloc beside loops that poll memory")
        self._layout = layout
        self._blocks = basic_blocks(linked)
        self._sites = Sites(windows_of(function))
        self._counters = Counters(len(self._blocks.listed))
        hidden = self._blocks.calls.hidden_registers | self._polling.registers
        if layout.in_clusters:
            hidden = {**hidden, ARRIVALS: "b32"}
        self._registers = RegisterFile({**function.registers, **hidden, CARRY: "pred"})
        self._module = ir.Module("kernel")
        code = ir.Function(self._module, RUN_WARP, "run_warp")
        polls = bool(self._polling.by)
        meetings = meetings_of(self._blocks, polls=polls) if layout.in_clusters else None
        self._flow = Flow(code, self._blocks, self._counters, self._polling.branches, meetings)
        self._image_sites: ImageSites | None = None

    def translate(self) -> Translation:
        for block in self._blocks.listed:
            self._emit_block(block)
        self._flow.finish()
        instructions, in_clusters = self._blocks.linked.function.instructions, self._layout.in_clusters
        plan = Plan(
            starts=[*self._blocks.at, len(instructions)],
            counters=list(self._counters.places),
            sites=self._sites.listed,
            arrivals_offset=self._registers.offset(ARRIVALS) if in_clusters else 0,
            image_sites=self._image_sites.listed if self._image_sites else [],
            reads_images=any(instruction.opcode in IMAGE_OPCODES for instruction in instructions),
            register_bytes=self._registers.bytes,
            calls_runtime=any(calls_runtime(instruction) for instruction in instructions),
            activation_bytes=thread_bytes(self._blocks, self._layout),
            clears_registers=bool(self._blocks.live_in or self._polling.by or in_clusters),
            counts_arrivals=self._flow.counts_arrivals,
            polls=self._polling.by,
            reads_clocks=self._polling.reads_clocks,
            ordered=depends_on_order(self._blocks.linked.function),
            waits=bool(self._polling.by or in_clusters)
            or any(_waits(instruction) for instruction in instructions),
        )
        return Translation(str(self._module), plan)

    def _emit_block(self, block: Block) -> None:
        flow = self._flow
        warp = flow.enter(block)
        lanes = Lanes(warp, self._registers, self._layout, warp.active)
        if block.number and is_reduction(before := self._blocks.listed[block.number - 1].instructions[-1]):
            receive_votes(lanes, before)
        if gathers(block.instructions[0]):
            self._gather(lanes, block)
        flow.count(warp, block)
        steps = block.instructions if block.last is None else block.instructions[:-1]
        writes = Writes(lanes, polled=bool(self._polling.by))
        for instruction in steps:
            self._emit_step(lanes, instruction, writes)
        writes.finish(flow)
        if block.last is not None:
            self._guard(lanes, block.last)
        lanes.store_registers(block.live_out)
        if block.last is None:
            flow.go(warp, block.number + 1)
        else:
            control.emit_control(flow, lanes, block)

    def _gather(self, lanes: Lanes, block: Block) -> None:
        """Let the lanes of a collective meet; those whose guard does not hold wait for nobody."""
        instruction = block.instructions[0]
        lanes.guard(instruction)
        members = lanes.read(instruction.operands[-1], "u32")
        if lanes.guarded:
            members = lanes.builder.select(lanes.mask, members, ir.Constant(members.type, None))
        lanes.warp.active = self._flow.gather(lanes.warp, block.number, members)

    def _guard(self, lanes: Lanes, instruction: Instruction) -> None:
        lanes.guard(instruction)
        if lanes.guarded:
            self._counters.add_threads(lanes.warp, ("predicated_on", instruction.index), lanes.on)

    def _emit_step(self, lanes: Lanes, instruction: Instruction, writes: Writes) -> None:
        self._guard(lanes, instruction)
        with writes.watched(instruction):
            self._emit_effect(lanes, instruction)

    def _emit_effect(self, lanes: Lanes, instruction: Instruction) -> None:
        operation = self._blocks.operations.get(instruction.index)
        if instruction.opcode in _ACCESSES:
            requester = Requester(lanes, self._sites, self._flow.failed, instruction)
            _ACCESSES[instruction.opcode](lanes, requester, instruction)
        elif instruction.opcode in _MOVES:
            _MOVES[instruction.opcode](lanes, instruction)
        elif instruction.opcode in IMAGE_OPCODES:
            self._emit_image(lanes, instruction)
        elif instruction.opcode in stack.EMITTERS:
            stack.EMITTERS[instruction.opcode](self._flow, lanes, instruction)
        elif operation is not None:
            _emit_operation(lanes, instruction, operation)
        elif instruction.opcode not in _WITHOUT_EFFECT:
            raise Unsupported(f"no native code for {instruction.text}")

    def _emit_image(self, lanes: Lanes, instruction: Instruction) -> None:
        # Imported here: most kernels need none of it.
        from gpuadvisor.emulator.native.textures.emitters import EMITTERS
        from gpuadvisor.emulator.native.textures.objects import ImageSites

        self._image_sites = self._image_sites or ImageSites(self._flow.failed)
        EMITTERS[instruction.opcode](lanes, self._image_sites, instruction)


def _waits(instruction: Instruction) -> bool:
    """Return whether threads may wait at the instruction for those of other warps."""
    return instruction.opcode in ("bar", "barrier") and "warp" not in instruction.modifiers


def _emit_operation(lanes: Lanes, instruction: Instruction, operation: NativeOperation) -> None:
    """Emit what computes registers from registers."""
    count = len(operation.destination_types)
    carry = Register(CARRY)
    targets = list(zip(instruction.operands[:count], operation.destination_types, strict=True))
    operands = list(zip(instruction.operands[count:], operation.source_types, strict=True))
    if operation.reads_carry:
        operands.append((carry, "pred"))
    if operation.writes_carry:
        targets.append((carry, "pred"))
    sources = [lanes.read(operand, kind) for operand, kind in operands]
    results = operation.emit(lanes.builder, sources, lanes.mask)
    for (target, kind), result in zip(targets, results, strict=True):
        lanes.write(target, kind, result)
