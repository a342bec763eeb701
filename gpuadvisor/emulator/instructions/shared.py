"""Addresses of shared memory for instructions that work on nothing else."""

import numpy as np

from gpuadvisor.emulator.instructions.binding import Binding, bind_address
from gpuadvisor.emulator.instructions.spaces import named_space
from gpuadvisor.emulator.layout import SHARED_WINDOW
from gpuadvisor.emulator.registers import Fetch


def bind_shared_address(operand: object, modifiers: tuple[str, ...], binding: Binding) -> Fetch:
    """Return how to get offsets in shared memory; generic addresses unless `modifiers` name a space."""
    address = bind_address(operand, binding.registers)
    if named_space(modifiers) is not None:
        return address
    return lambda batch: address(batch) - np.uint64(SHARED_WINDOW)
