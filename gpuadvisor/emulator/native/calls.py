"""call and ret in native code (PTX ISA 9.7.12): by name, through pointers, recursive.

A call is a jump that notes where its lanes return to; see `instructions.calls`, whose rules these are.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.callgraph import RUNTIME_ROUTINES, calls_runtime
from gpuadvisor.emulator.linker import STACK_POINTER, named_symbol
from gpuadvisor.emulator.native.abi import Status, Word
from gpuadvisor.emulator.native.activations import (
    Keeper,
    deepen,
    entry_bytes,
    saved_by,
    surface,
    take_stack,
)
from gpuadvisor.emulator.native.blocks import Block
from gpuadvisor.emulator.native.callsites import argument_lists, return_register
from gpuadvisor.emulator.native.flow import Flow
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.parameter_copies import ParameterCopies, Range, parameter_range
from gpuadvisor.emulator.native.requests import thread_memory
from gpuadvisor.emulator.native.runtime.signatures import CALL_RUNTIME
from gpuadvisor.emulator.native.state import word
from gpuadvisor.emulator.native.transfers import spilled
from gpuadvisor.emulator.native.vectors import (
    I64,
    POINTER,
    bits,
    constant,
    each_lane,
    local,
    splat_constant,
)
from gpuadvisor.emulator.program import Instruction, Register
from gpuadvisor.emulator.registers import Unsupported

_LARGEST_ARGUMENT_BYTES = 8
"""Of a routine of the device runtime."""
Part = tuple[ir.Value, ir.Value]
"""Lanes, as bits, and the places they go to, <32 x i32>."""


class _Calls:
    """A call, or the return from one, under construction."""

    def __init__(self, flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
        self.flow = flow
        self.lanes = lanes
        self.block = block
        self.instruction = instruction
        self.calls = flow.blocks.calls
        self.linked = flow.blocks.linked

    def _rest(self) -> list[Part]:
        """Return the lanes whose guard does not hold, which go on behind the instruction."""
        if not self.lanes.guarded:
            return []
        builder, warp = self.lanes.builder, self.lanes.warp
        rest = builder.and_(warp.active, builder.not_(self.lanes.on))
        return [(rest, splat_constant(self.block.number + 1))]

    def _keeper(self, name: str) -> Keeper | None:
        if name not in self.linked.frames:
            return None
        blocks, layout = self.flow.blocks, self.lanes.layout
        return Keeper(self.lanes, saved_by(name, blocks, layout), entry_bytes(blocks, layout))

    def _ranges(self, names: Sequence[str]) -> list[Range]:
        return [parameter_range(self.lanes, name) for name in names]

    def _vector(self, name: str, width: int) -> ir.Value:
        """Return where a register lies that holds its value between blocks."""
        copy = local(self.lanes.builder, integer_type(width))
        kind = integer_type(width)
        value = self.lanes.builder.load(self.lanes.slot(name), typ=kind, align=4)
        self.lanes.builder.store(value, copy)
        return copy

    def _rows(self) -> ir.Value:
        """Return where the addresses of the threads' parameters lie."""
        rows = thread_memory(self.lanes, Word.FRAMES, Word.FRAME_STRIDE)
        memory = local(self.lanes.builder, rows.type)
        self.lanes.builder.store(rows, memory)
        return memory

    def emit_call(self) -> None:
        """Emit call."""
        targets = self.calls.targets(self.instruction)
        pointer = next((each for each in self.instruction.operands if isinstance(each, Register)), None)
        if pointer is not None:
            self._call_pointer(pointer, targets)
            return
        if not targets:
            self._call_runtime()
            return
        (name,) = targets
        warp, entry = self.lanes.warp, self._entry(name)
        if entry <= self.block.number:
            self.flow.check_budget(warp, self.instruction.index)
        self._enter(name, self.lanes.on)
        if self.lanes.guarded:
            self.flow.send(warp, [(self.lanes.on, splat_constant(entry)), *self._rest()])
        else:
            self.flow.go(warp, entry)

    def _call_runtime(self) -> None:
        """Call a routine of the device runtime for all lanes at once."""
        if not calls_runtime(self.instruction):
            raise Unsupported(f"a call of {named_symbol(self.instruction)}")
        results, arguments = argument_lists(self.instruction)
        if len(arguments) < RUNTIME_ROUTINES[named_symbol(self.instruction) or ""]:
            raise Unsupported("too few arguments")
        if any(end - start > _LARGEST_ARGUMENT_BYTES for start, end in self._ranges((*results, *arguments))):
            raise Unsupported("arguments in memory")
        builder, warp, on = self.lanes.builder, self.lanes.warp, self.lanes.on
        routine = builder.inttoptr(word(builder, warp.context, Word.RUNTIME), CALL_RUNTIME.as_pointer())
        with builder.if_then(builder.icmp_unsigned("!=", on, constant(0))):
            status = builder.call(routine, [warp.context, constant(self.instruction.index), on])
            failed = builder.icmp_unsigned("!=", status, constant(Status.DONE))
            with builder.if_then(failed, likely=False):
                builder.ret(status)
        self.flow.go(warp, self.block.number + 1)

    def _entry(self, name: str) -> int:
        return self.flow.blocks.at[self.linked.entries[name]]

    def _call_pointer(self, pointer: Register, targets: Sequence[str]) -> None:
        """Let each lane enter the function that it points to."""
        lanes, builder, warp = self.lanes, self.lanes.builder, self.lanes.warp
        self.flow.check_budget(warp, self.instruction.index)
        addresses = lanes.read(pointer, "u64")
        left, chosen = lanes.on, []
        for name in targets:
            own = splat_constant(lanes.address_of(name), I64)
            here = bits(builder, builder.icmp_unsigned("==", addresses, own))
            chosen.append(builder.and_(lanes.on, here))
            left = builder.and_(left, builder.not_(here))
        self.flow.refuse(warp, Status.NO_FUNCTION, self.instruction.index, left, addresses)
        for name, mask in zip(targets, chosen, strict=True):
            self._enter(name, mask)
        entries = [splat_constant(self._entry(name)) for name in targets]
        self.flow.send(warp, [*zip(chosen, entries, strict=True), *self._rest()])

    def _enter(self, name: str, mask: ir.Value) -> None:
        """Pass parameters and note where the lanes in `mask` return to."""
        lanes, builder, pc = self.lanes, self.lanes.builder, self.instruction.index
        copies = self.calls.copies(self.instruction, name)
        arguments = argument_lists(self.instruction)[1] if copies else ()
        keeper = self._keeper(name)
        if arguments or keeper is not None:
            passed = ParameterCopies(builder, self._ranges(arguments))
            rows = self._rows()
            if keeper is not None:
                used = self._vector(STACK_POINTER, 64)
                size = splat_constant(self.linked.frames[name], I64)
                frames, numbers = local(builder, integer_type(64)), local(builder, integer_type(32))
                builder.store(take_stack(self.flow, lanes, pc, mask, size, 16), frames)
                builder.store(deepen(self.flow, lanes, pc, mask), numbers)
            with each_lane(builder, mask) as lane:
                row = builder.inttoptr(spilled(builder, rows, lane, 64), POINTER)
                passed.take(row)
                if keeper is not None:
                    number = spilled(builder, numbers, lane, 32)
                    keeper.save(lane, number, spilled(builder, used, lane, 64), row)
                    keeper.set_frame(lane, spilled(builder, frames, lane, 64))
                formals = self.linked.formals[name].parameters if copies else ()
                passed.give(row, self._ranges(formals))
        lanes.put(return_register(name), mask, splat_constant(self.block.number + 1))

    def emit_return(self) -> None:
        """Emit ret from a device function: back to the caller."""
        lanes, flow = self.lanes, self.flow
        name = self.linked.owners[self.instruction.index]
        places = lanes.register(return_register(name))
        callers = list(self.calls.callers(name))
        copying = [
            call for call in callers if self.calls.copies(call, name) and self.calls.matches(name, call)
        ]
        keeper = self._keeper(name)
        if copying or keeper is not None:
            self._leave(name, copying, keeper, places)
        if len(callers) == 1 and not lanes.guarded:
            flow.go(lanes.warp, flow.blocks.at[callers[0].index + 1])
        else:
            flow.send(lanes.warp, [(lanes.on, places), *self._rest()])

    def _leave(
        self, name: str, copying: Sequence[Instruction], keeper: Keeper | None, places: ir.Value
    ) -> None:
        """Pass results back and end the activation, lane by lane."""
        lanes, builder = self.lanes, self.lanes.builder
        returns, rows = local(builder, places.type), self._rows()
        builder.store(places, returns)
        numbers = local(builder, places.type)
        if keeper is not None:
            builder.store(surface(lanes), numbers)
        results = ParameterCopies(builder, self._ranges(self.linked.formals[name].results))
        with each_lane(builder, lanes.on) as lane:
            row = builder.inttoptr(spilled(builder, rows, lane, 64), POINTER)
            place = spilled(builder, returns, lane, 32)
            results.take(row)
            if keeper is not None:
                keeper.restore(lane, spilled(builder, numbers, lane, 32), row)
            for call in copying:
                behind = constant(self.flow.blocks.at[call.index + 1])
                with builder.if_then(builder.icmp_unsigned("==", place, behind)):
                    results.give(row, self._ranges(argument_lists(call)[0]))


def emit_call(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    """Emit call."""
    _Calls(flow, lanes, block, instruction).emit_call()


def emit_return(flow: Flow, lanes: Lanes, block: Block, instruction: Instruction) -> None:
    """Emit ret: back to the caller; from a kernel, the end of the lanes."""
    linked = flow.blocks.linked
    if linked.owners[instruction.index] == linked.function.name:
        flow.end(lanes.warp, lanes.on, block.number + 1 if lanes.guarded else None)
    else:
        _Calls(flow, lanes, block, instruction).emit_return()
