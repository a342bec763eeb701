"""What an instruction does to the memory of a state space."""

from typing import Literal

from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.program import Function, Instruction
from gpuadvisor.emulator.spinning import polling_branches
from gpuadvisor.emulator.widths import TYPE_BYTES

Effect = Literal["load", "store", "atomic", "wait", "copy", "begin"]
"""`wait`: a load repeated until another thread has written. `copy`: a write that an mbarrier tells of.
`begin`: a store that is over when its thread has waited for it."""
WRITES: tuple[Effect, ...] = ("store", "atomic", "copy", "begin")
READS: tuple[Effect, ...] = ("load", "atomic", "wait")

_ATOMIC = frozenset({"atom", "red", "mbarrier"})
_STORES = frozenset({"st", "stmatrix", "sust"})
_SPACES = ("global", "shared", "local", "const", "param")
_LOCKING = frozenset({"cas", "exch"})
_ACQUIRING = frozenset({"acquire", "acq_rel"})
_POLLING = frozenset({"volatile", "relaxed", "acquire"})
_LARGEST_UNIT_BYTES = 4


def effect(instruction: Instruction, space: str) -> Effect:
    """Return what `instruction` does in `space`; a copy loads in one and stores in another."""
    modifiers = instruction.modifiers
    if instruction.opcode == "mbarrier" and modifiers[0] in ("init", "inval"):
        return "store"
    if "async" in modifiers and ("bulk" in modifiers or instruction.opcode != "cp"):
        return "copy" if instruction.opcode != "cp" or _target(instruction) == space else "load"
    if instruction.opcode in _ATOMIC or "arrive" in modifiers:
        return "atomic"
    if instruction.opcode in _STORES or (instruction.opcode == "wmma" and "store" in modifiers):
        return "store"
    if instruction.opcode == "cp":
        return "begin" if _target(instruction) == space else "load"
    return "load"


def _target(instruction: Instruction) -> str | None:
    """Return the space that a copy writes to: the one it names first."""
    return next((each for each in _named_spaces(instruction) if each in _SPACES), None)


def moves_unseen(instructions: tuple[Instruction, ...]) -> bool:
    """Whether anything fills shared memory that the emulator only counts: copies by tensor map."""
    return any(each.opcode == "cp" and "tensor" in each.modifiers for each in instructions)


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
