"""Where basic blocks start besides behind the instructions that end them."""

from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.registers import named_registers
from gpuadvisor.emulator.specials import is_clock


def branch_targets(function: Function) -> set[int]:
    """Return where branches lead; compilers also set labels for debuggers, which matter to no one here."""
    direct = {
        named_symbol(instruction) for instruction in function.instructions if instruction.opcode == "bra"
    }
    listed = {label for labels in function.branch_targets.values() for label in labels}
    return {function.labels[label] for label in direct | listed if label in function.labels}


def clock_reads(function: Function) -> set[int]:
    """Return where clocks are read: instructions are counted by basic block, so one starts there."""
    return {
        instruction.index
        for instruction in function.instructions
        if any(is_clock(name) for name in named_registers(instruction))
    }
