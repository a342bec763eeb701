"""What the counts leave out, in words."""

from collections.abc import Iterable, Sequence

from gpuadvisor.emulator.program import Function, Instruction

_NOT_MOVED = frozenset({"wgmma", "tcgen05"})


def notes(function: Function, executions: Sequence[int]) -> list[str]:
    """Return a note for each kind of executed instruction whose data movement is not counted.

    `executions` has an entry per instruction.
    """
    executed = zip(function.instructions, executions, strict=True)
    names = {name for instruction, count in executed if count for name in _uncounted(instruction)}
    return [
        f"{name} is counted as an instruction only: the data it moves and computes is not"
        for name in sorted(names)
    ]


def _uncounted(instruction: Instruction) -> Iterable[str]:
    if instruction.opcode in _NOT_MOVED:
        yield instruction.opcode
    if instruction.opcode == "cp" and "tensor" in instruction.modifiers:
        yield "a copy by tensor map (cp.async.bulk.tensor)"
