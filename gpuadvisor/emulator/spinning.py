"""Loops that poll memory: those whose branches depend on what an atomic, an mbarrier or a volatile load told.

They are the ones that may wait for another thread, and so need the scheduler's progress rule.
"""

from collections.abc import Iterable, Iterator

from gpuadvisor.emulator.program import Function, Immediate, Instruction, Register, Symbol, Vector
from gpuadvisor.emulator.registers import named_registers

_POLLING_LOADS = frozenset({"volatile", "relaxed", "acquire", "mmio", "cv"})
_POLLING_WAITS = frozenset({"test_wait", "try_wait"})
_POLLING_ATOMICS = frozenset({"cas", "exch"})
READING_ATOMICS = frozenset({"add", "or", "xor"})
"""With the operand 0 they only tell what is in memory."""
PATIENCE = 32
"""How often a loop goes round and no thread leaves it before its threads let all others run first."""
_SUSPENDING = "try_wait"
"""A poll by which hardware lets a thread sleep until there is something new (PTX ISA, mbarrier.try_wait)."""


Loop = tuple[Instruction, ...]


def polling_branches(function: Function) -> dict[int, int]:
    """Return the patience of each polling loop, by the program counter of the branch that closes it."""
    return {loop[-1].index: _patience(loop) for loop in _polling_loops(function)}


def _patience(loop: Loop) -> int:
    polls = [instruction for instruction in loop if is_poll(instruction)]
    return 0 if all(_SUSPENDING in instruction.modifiers for instruction in polls) else PATIENCE


def polls_shared_memory_only(function: Function) -> bool:
    """Return whether what loops poll lies in shared memory, where no other block can change it."""
    polls = (instruction for loop in _polling_loops(function) for instruction in loop if is_poll(instruction))
    return all(_names_shared_memory(instruction) for instruction in polls)


def _names_shared_memory(instruction: Instruction) -> bool:
    names = {modifier.partition("::")[0] for modifier in instruction.modifiers}
    return "shared" in names or instruction.opcode == "mbarrier"


def _polling_loops(function: Function) -> Iterator[Loop]:
    """Yield the instructions of each polling loop; its backward branch is the last."""
    for instruction in function.instructions:
        target = _backward_target(function, instruction)
        if target is not None and _polls(function.instructions[target : instruction.index + 1]):
            yield function.instructions[target : instruction.index + 1]


def _backward_target(function: Function, instruction: Instruction) -> int | None:
    if instruction.opcode != "bra" or not isinstance(instruction.operands[0], Symbol):
        return None
    target = function.labels[instruction.operands[0].name]
    return target if target <= instruction.index else None


def _polls(loop: Loop) -> bool:
    """Return whether a branch of the loop depends on a value that the loop polls."""
    polled = {name for instruction in loop if is_poll(instruction) for name in _destinations(instruction)}
    while polled:
        reached = {
            name
            for instruction in loop
            if not polled.isdisjoint(named_registers(instruction))
            for name in _destinations(instruction)
        }
        if reached <= polled:
            break
        polled |= reached
    return any(i.opcode == "bra" and i.guard is not None and i.guard.register in polled for i in loop)


def is_poll(instruction: Instruction) -> bool:
    """Return whether an instruction tells what another thread may just have changed."""
    if instruction.opcode == "ld":
        return not _POLLING_LOADS.isdisjoint(instruction.modifiers)
    if instruction.opcode == "mbarrier":
        return not _POLLING_WAITS.isdisjoint(instruction.modifiers)
    return instruction.opcode == "atom" and (
        not _POLLING_ATOMICS.isdisjoint(instruction.modifiers) or _only_reads(instruction)
    )


def _only_reads(instruction: Instruction) -> bool:
    operand = instruction.operands[-1]
    reads = not READING_ATOMICS.isdisjoint(instruction.modifiers)
    return reads and isinstance(operand, Immediate) and operand.bits == 0


def _destinations(instruction: Instruction) -> Iterable[str]:
    """Return the registers that an instruction writes: its first operand."""
    first = instruction.operands[0] if instruction.operands else None
    if isinstance(first, Register):
        yield first.name
    elif isinstance(first, Vector):
        yield from (element.name for element in first.elements if isinstance(element, Register))
