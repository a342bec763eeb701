"""What an atom or red does, as both executors take it."""

from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported

_KINDS = ("add", "inc", "dec", "min", "max", "and", "or", "xor", "exch", "cas")
_COMPARE_AND_SWAP = "cas"


def atomic_kind(instruction: Instruction, operands: tuple[Operand, ...]) -> str:
    """Return the operation of an atomic on an address and one source, of `cas` on two.

    Raises Unsupported for a form that is none of those, or that lacks an operand.
    """
    kind = next((name for name in instruction.modifiers if name in _KINDS), None)
    if kind is None or not instruction.types or len(operands) < 2 + (kind == _COMPARE_AND_SWAP):
        raise Unsupported("this form of atomic")
    return kind
