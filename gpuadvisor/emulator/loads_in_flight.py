"""How many global loads a thread has under way before it must wait for one: read from the PTX.

Memory latency is hidden by many warps or by many loads per warp (Volkov, "Better Performance at Lower
Occupancy", 2010); this is the second number.
"""

from collections.abc import Iterator

from gpuadvisor.emulator.program import Address, Function, Instruction, Operand, Register, Vector

_BRANCHES = {"bra", "brx", "ret", "exit", "call", "trap"}
_WITHOUT_RESULT = {
    "st",
    "red",
    "bra",
    "brx",
    "ret",
    "exit",
    "call",
    "bar",
    "barrier",
    "membar",
    "fence",
    "trap",
}


def loads_in_flight(function: Function) -> int:
    """Return the most global loads issued within a basic block before one of their results is used.

    A vector load counts once. The machine code may order loads differently; unrolled loops and
    independent loads are visible in the PTX already.
    """
    return max((_most_in_block(block) for block in _basic_blocks(function)), default=0)


def _basic_blocks(function: Function) -> Iterator[list[Instruction]]:
    starts = set(function.labels.values())
    block: list[Instruction] = []
    for instruction in function.instructions:
        if instruction.index in starts and block:
            yield block
            block = []
        block.append(instruction)
        if instruction.opcode in _BRANCHES:
            yield block
            block = []
    yield block


def _most_in_block(block: list[Instruction]) -> int:
    most, loads = 0, 0
    awaited: set[str] = set()
    for instruction in block:
        if awaited & set(_read_registers(instruction)):
            awaited, loads = set(), 0
        if instruction.opcode == "ld" and "global" in instruction.modifiers:
            loads += 1
            awaited |= set(_registers(instruction.operands[0]))
            most = max(most, loads)
    return most


def _read_registers(instruction: Instruction) -> Iterator[str]:
    if instruction.guard is not None:
        yield instruction.guard.register
    writes_first = instruction.opcode not in _WITHOUT_RESULT
    for position, operand in enumerate(instruction.operands):
        if position > 0 or not writes_first:
            yield from _registers(operand)


def _registers(operand: Operand) -> Iterator[str]:
    match operand:
        case Register(name) | Address(base=Register(name)):
            yield name
        case Vector(elements):
            for element in elements:
                yield from _registers(element)
        case _:
            return
