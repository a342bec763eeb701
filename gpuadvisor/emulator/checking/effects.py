"""What an instruction does to the memory of a state space."""

from typing import Literal

from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.program import Function, Instruction
from gpuadvisor.emulator.spinning import polling_branches
from gpuadvisor.emulator.widths import TYPE_BYTES

Effect = Literal["load", "store", "atomic", "wait"]
"""`wait`: a load that is repeated until another thread has written."""
WRITES: tuple[Effect, ...] = ("store", "atomic")

_ATOMIC = frozenset({"atom", "red", "mbarrier"})
_STORES = frozenset({"st", "stmatrix", "sust"})
_SPACES = ("global", "shared", "local", "const", "param")
_LOCKING = frozenset({"cas", "exch"})
_ACQUIRING = frozenset({"acquire", "acq_rel"})
_POLLING = frozenset({"volatile", "relaxed", "acquire"})
_LARGEST_UNIT_BYTES = 4


def effect(instruction: Instruction, space: str) -> Effect:
    """Return what `instruction` does in `space`; a copy loads in one and stores in another."""
    if instruction.opcode in _ATOMIC or "arrive" in instruction.modifiers:
        return "atomic"
    if instruction.opcode in _STORES or (instruction.opcode == "wmma" and "store" in instruction.modifiers):
        return "store"
    if instruction.opcode == "cp":
        named = [each for each in _named_spaces(instruction) if each in _SPACES]
        return "store" if named[:1] == [space] else "load"
    return "load"


def orders(instruction: Instruction) -> bool:
    """Whether it may be how a thread learns that others are done: taking a lock, acquiring loads.

    Additions and the like are not taken for that, or a counter would hide a missing barrier.
    """
    if instruction.opcode == "atom":
        return not _LOCKING.isdisjoint(instruction.modifiers)
    return instruction.opcode == "ld" and not _ACQUIRING.isdisjoint(instruction.modifiers)


def waiting_loads(function: Function) -> frozenset[int]:
    """Return the loads that a loop polls until another thread has written what it waits for."""
    found: set[int] = set()
    for branch in polling_branches(function):
        target = function.labels[named_symbol(function.instructions[branch]) or ""]
        found |= {each.index for each in function.instructions[target:branch] if _may_wait(each)}
    return frozenset(found)


def _may_wait(instruction: Instruction) -> bool:
    return instruction.opcode == "ld" and not _POLLING.isdisjoint(instruction.modifiers)


def unit_bytes(instructions: tuple[Instruction, ...]) -> int:
    """Return the size, at most 4, of the smallest pieces that accesses of shared memory are made of."""
    sizes = [_piece_bytes(each) for each in instructions if each.types and _may_touch_shared(each)]
    return min([_LARGEST_UNIT_BYTES, *sizes])


def _may_touch_shared(instruction: Instruction) -> bool:
    """Whether an instruction names shared memory or no space at all."""
    if instruction.opcode not in ("ld", "st", "atom", "red", "wmma"):
        return False
    named = [each for each in _named_spaces(instruction) if each in _SPACES]
    return not named or "shared" in named


def _piece_bytes(instruction: Instruction) -> int:
    return 1 if instruction.opcode == "wmma" else TYPE_BYTES.get(instruction.types[-1], 1)


def _named_spaces(instruction: Instruction) -> list[str]:
    return [modifier.partition("::")[0] for modifier in instruction.modifiers]
