"""What the counts leave out or take for granted, in words."""

from collections.abc import Iterable, Sequence

from gpuadvisor.emulator.program import Function, Instruction

_NOT_MOVED = frozenset({"wgmma", "tcgen05"})
_IMAGES = frozenset({"tex", "tld4", "suld", "sust", "sured"})
_ROW_BY_ROW = (
    "sectors of textures and surfaces are those of arrays that lie row by row, as pitch-linear memory does; "
    "the order of CUDA arrays is not documented"
)


def notes(function: Function, executions: Sequence[int]) -> list[str]:
    """Return a note for each kind of executed instruction whose data movement is not counted as it is.

    `executions` has an entry per instruction.
    """
    pairs = zip(function.instructions, executions, strict=True)
    executed = [instruction for instruction, count in pairs if count]
    names = {name for instruction in executed for name in _uncounted(instruction)}
    found = [
        f"{name} is counted as an instruction only: the data it moves and computes is not"
        for name in sorted(names)
    ]
    if any(instruction.opcode in _IMAGES for instruction in executed):
        found.append(_ROW_BY_ROW)
    return found


def _uncounted(instruction: Instruction) -> Iterable[str]:
    if instruction.opcode in _NOT_MOVED:
        yield instruction.opcode
    if instruction.opcode == "cp" and "tensor" in instruction.modifiers:
        yield "a copy by tensor map (cp.async.bulk.tensor)"
