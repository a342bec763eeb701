"""Loops that poll memory: those whose branches depend on what an atomic, an mbarrier or a volatile load told.

They are the ones that may wait for another thread, and so need the scheduler's progress rule.
"""

from collections.abc import Iterable

from gpuadvisor.emulator.program import Function, Instruction, Register, Symbol, Vector
from gpuadvisor.emulator.registers import named_registers

_POLLING_LOADS = frozenset({"volatile", "relaxed", "acquire"})
_POLLING_WAITS = frozenset({"test_wait", "try_wait"})
_POLLING_ATOMICS = frozenset({"cas", "exch"})


def polling_branches(function: Function) -> frozenset[int]:
    """Return the program counters of backward branches that close a polling loop."""
    found = set()
    for instruction in function.instructions:
        target = _backward_target(function, instruction)
        if target is not None and _polls(function.instructions[target : instruction.index + 1]):
            found.add(instruction.index)
    return frozenset(found)


def _backward_target(function: Function, instruction: Instruction) -> int | None:
    if instruction.opcode != "bra" or not isinstance(instruction.operands[0], Symbol):
        return None
    target = function.labels[instruction.operands[0].name]
    return target if target <= instruction.index else None


def _polls(loop: tuple[Instruction, ...]) -> bool:
    """Return whether a branch of the loop depends on a value that the loop polls."""
    polled = {name for instruction in loop if _is_poll(instruction) for name in _destinations(instruction)}
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


def _is_poll(instruction: Instruction) -> bool:
    if instruction.opcode == "ld":
        return not _POLLING_LOADS.isdisjoint(instruction.modifiers)
    if instruction.opcode == "mbarrier":
        return not _POLLING_WAITS.isdisjoint(instruction.modifiers)
    return instruction.opcode == "atom" and not _POLLING_ATOMICS.isdisjoint(instruction.modifiers)


def _destinations(instruction: Instruction) -> Iterable[str]:
    """Return the registers that an instruction writes: its first operand."""
    first = instruction.operands[0] if instruction.operands else None
    if isinstance(first, Register):
        yield first.name
    elif isinstance(first, Vector):
        yield from (element.name for element in first.elements if isinstance(element, Register))
