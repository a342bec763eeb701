"""A linked kernel to basic blocks of bound instructions."""

from dataclasses import dataclass, field

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions import atomics, control, copies, loads, moves, synchronisation
from gpuadvisor.emulator.instructions.arithmetic import bind_arithmetic, bind_gate
from gpuadvisor.emulator.instructions.binding import (
    Binding,
    Control,
    ControlBuilders,
    Gate,
    Step,
    StepBuilders,
)
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked, named_symbol
from gpuadvisor.emulator.program import Function, Guard, Instruction, Register
from gpuadvisor.emulator.registers import Fetch, Registers, Unsupported, allocate_registers, named_registers
from gpuadvisor.emulator.specials import is_clock
from gpuadvisor.emulator.spinning import polling_branches

_STEPS: StepBuilders = {**loads.BUILDERS, **atomics.BUILDERS, **moves.BUILDERS, **copies.BUILDERS}
_CONTROLS: ControlBuilders = {**control.BUILDERS, **synchronisation.BUILDERS}
_WRITES_NOTHING = frozenset({"st", "red", "bra", "brx", "bar", "barrier", "cp"})


@dataclass(slots=True)
class BasicBlock:
    """Instructions always executed one behind the other: their guards, where they have one, and steps."""

    start: int
    steps: list[tuple[int, Fetch | None, Step]] = field(default_factory=list)
    gate: Gate | None = None
    """What the first instruction waits for."""
    last: tuple[int, Fetch | None, Control] | None = None
    """What ends the block; without it the threads go on at `end`."""

    @property
    def end(self) -> int:
        """The program counter behind the block."""
        return self.start + self.length

    @property
    def length(self) -> int:
        """How many instructions the block has."""
        return len(self.steps) + (self.last is not None)


@dataclass(frozen=True, slots=True)
class BoundKernel:
    """A kernel ready to run on batches."""

    linked: Linked
    registers: Registers
    blocks: dict[int, BasicBlock]
    """By the program counter of their first instruction."""


def bind(linked: Linked, layout: Layout) -> BoundKernel:
    """Bind every instruction; those that are not supported stop the run only when a thread executes them."""
    function = linked.function
    registers = allocate_registers(function, layout)
    read = frozenset(name for instruction in function.instructions for name in _reads(instruction))
    binding = Binding(linked, registers, read, polling_branches(function))
    blocks: dict[int, BasicBlock] = {}
    leaders = _branch_targets(function) | set(linked.entries.values()) | _clock_reads(function)
    block = BasicBlock(0)
    for instruction in function.instructions:
        guard = _bind_guard(instruction.guard, registers)
        gate = bind_gate(instruction, guard, binding)
        if instruction.index in leaders or block.last is not None or gate is not None:
            block = BasicBlock(instruction.index, gate=gate)
        blocks[block.start] = block
        _append(block, instruction, guard, binding)
    return BoundKernel(linked, registers, blocks)


def _branch_targets(function: Function) -> set[int]:
    """Return where branches lead; compilers also set labels for debuggers, which matter to no one here."""
    direct = {
        named_symbol(instruction) for instruction in function.instructions if instruction.opcode == "bra"
    }
    listed = {label for labels in function.branch_targets.values() for label in labels}
    return {function.labels[label] for label in direct | listed if label in function.labels}


def _clock_reads(function: Function) -> set[int]:
    """Return where clocks are read: instructions are counted by basic block, so one starts there."""
    return {
        instruction.index
        for instruction in function.instructions
        if any(is_clock(name) for name in named_registers(instruction))
    }


def _append(block: BasicBlock, instruction: Instruction, guard: Fetch | None, binding: Binding) -> None:
    builder = _CONTROLS.get(instruction.opcode)
    try:
        if builder is not None:
            block.last = (instruction.index, guard, builder(instruction, binding))
        else:
            step = _STEPS.get(instruction.opcode, bind_arithmetic)(instruction, binding)
            block.steps.append((instruction.index, guard, step))
    except Unsupported as reason:
        block.steps.append((instruction.index, guard, _refusal(instruction, str(reason))))


def _bind_guard(guard: Guard | None, registers: Registers) -> Fetch | None:
    return registers.fetch(Register(guard.register, guard.negated), "pred") if guard else None


def _refusal(instruction: Instruction, reason: str) -> Step:
    """Return a step that stops the run, naming the instruction."""
    what = f"{instruction.text} is not supported by the emulator: {reason} (PTX line {instruction.ptx_line})"

    def step(_batch: Batch, active: Active) -> None:
        raise ThreadFault(what, int(active.lanes[0]))

    return step


def _reads(instruction: Instruction) -> list[str]:
    """Return the registers an instruction reads: all but the first one of those that write one."""
    names = list(named_registers(instruction))
    writes = instruction.opcode not in _WRITES_NOTHING and isinstance(
        instruction.operands[0] if instruction.operands else None, Register
    )
    if writes:
        names.remove(instruction.operands[0].name)  # type: ignore[union-attr]
    return names
