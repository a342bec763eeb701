"""A linked kernel to basic blocks of bound instructions."""

from dataclasses import dataclass, field

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import Refusal
from gpuadvisor.emulator.instructions.arithmetic import bind_arithmetic, bind_gate
from gpuadvisor.emulator.instructions.binding import (
    Binding,
    Control,
    Gate,
    Step,
)
from gpuadvisor.emulator.instructions.tables import CONTROLS, STEPS
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.leaders import branch_targets, clock_reads
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.program import Guard, Instruction, Register
from gpuadvisor.emulator.registers import Fetch, Registers, Unsupported, allocate_registers, named_registers
from gpuadvisor.emulator.spinning import polling_branches

_WRITES_NOTHING = frozenset({"st", "red", "bra", "brx", "bar", "barrier", "cp"})


@dataclass(frozen=True, slots=True)
class _Bound:
    """One bound instruction: either a step or a control."""

    pc: int
    guard: Fetch | None
    gate: Gate | None = None
    step: Step | None = None
    control: Control | None = None


@dataclass(slots=True)
class BasicBlock:
    """Instructions always executed one behind the other: their guards, where they have one, and steps."""

    start: int
    gate: Gate | None
    """What the first instruction waits for."""
    steps: list[tuple[int, Fetch | None, Step]] = field(default_factory=list)
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

    def append(self, bound: _Bound) -> None:
        """Add the next instruction."""
        if bound.step is not None:
            self.steps.append((bound.pc, bound.guard, bound.step))
        if bound.control is not None:
            self.last = (bound.pc, bound.guard, bound.control)


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
    leaders = {0, *branch_targets(function), *linked.entries.values(), *clock_reads(function)}
    blocks: dict[int, BasicBlock] = {}
    ended = True
    for instruction in function.instructions:
        bound = _bind_instruction(instruction, binding)
        if ended or bound.pc in leaders or bound.gate is not None:
            block = blocks[bound.pc] = BasicBlock(bound.pc, bound.gate)
        block.append(bound)
        ended = block.last is not None
    return BoundKernel(linked, registers, blocks)


def _bind_instruction(instruction: Instruction, binding: Binding) -> _Bound:
    control = CONTROLS.get(instruction.opcode)
    step = STEPS.get(instruction.opcode, bind_arithmetic)
    pc, guard = instruction.index, None
    try:
        guard = _bind_guard(instruction.guard, binding.registers)
        if control is not None:
            return _Bound(pc, guard, control=control(instruction, binding))
        gate = bind_gate(instruction, guard, binding)
        return _Bound(pc, guard, gate, step(instruction, binding))
    except Unsupported as reason:
        return _Bound(pc, guard, step=_refusal(instruction, f": {reason}"))
    except (LookupError, ValueError, StopIteration):
        # Types, modifiers and operands are looked up in tables: what is in none of them is not supported.
        return _Bound(pc, guard, step=_refusal(instruction, ""))


def _bind_guard(guard: Guard | None, registers: Registers) -> Fetch | None:
    return registers.fetch(Register(guard.register, guard.negated), "pred") if guard else None


def _refusal(instruction: Instruction, reason: str) -> Step:
    """Return a step that stops the run, naming the instruction."""
    what = f"{instruction.text} is not supported by the emulator{reason} (PTX line {instruction.ptx_line})"

    def step(_batch: Batch, active: Active) -> None:
        raise Refusal(what, int(active.lanes[0]))

    return step


def _reads(instruction: Instruction) -> list[str]:
    """Return the registers an instruction reads: all but the first operand of those that write it."""
    names = list(named_registers(instruction))
    first = instruction.operands[0] if instruction.operands else None
    if isinstance(first, Register) and instruction.opcode not in _WRITES_NOTHING:
        names.remove(first.name)
    return names
