"""Clusters (PTX ISA 9.7.9.23, 9.7.13.4): every block is a cluster of its own, its only neighbour itself."""

import numpy as np

from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.program import Instruction

_RANK = np.zeros((1, 1), np.uint32)


def bind_map_address(instruction: Instruction, binding: Binding) -> Step:
    """Bind mapa: the address of the same variable in the only block."""
    type_name = instruction.types[0]
    fetch = binding.registers.fetch(instruction.operands[1], type_name)
    write = binding.registers.write(instruction.operands[0], type_name)
    return lambda batch, active: write(batch, active, fetch(batch))


def bind_rank(instruction: Instruction, binding: Binding) -> Step:
    """Bind getctarank: block 0."""
    write = binding.registers.write(instruction.operands[0], "u32")
    return lambda batch, active: write(batch, active, _RANK)


BUILDERS: StepBuilders = {"mapa": bind_map_address, "getctarank": bind_rank}
