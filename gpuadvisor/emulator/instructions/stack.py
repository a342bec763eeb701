"""alloca, stacksave and stackrestore (PTX ISA 9.7.17): local memory whose size the kernel computes."""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.activation import stack_of
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.program import Immediate, Instruction

LEAST_ALIGNMENT_BYTES = 8


def bind_allocation(instruction: Instruction, binding: Binding) -> Step:
    """Bind alloca: the address of fresh bytes, until the function returns."""
    stack, type_name = stack_of(binding), instruction.types[0]
    size = binding.registers.fetch(instruction.operands[1], type_name)
    given = instruction.operands[2] if len(instruction.operands) > 2 else None
    alignment = max(LEAST_ALIGNMENT_BYTES, given.bits if isinstance(given, Immediate) else 1)
    write = binding.registers.write(instruction.operands[0], type_name)

    def step(batch: Batch, active: Active) -> None:
        sizes = np.broadcast_to(size(batch), batch.shape).astype(np.uint64)
        # A size near 2**64 must not wrap around the end of the stack.
        sizes = np.minimum(sizes, np.uint64(1 << 40))
        write(batch, active, stack.take(batch, active.mask, sizes, alignment))

    return step


def bind_save(instruction: Instruction, binding: Binding) -> Step:
    """Bind stacksave: the address of the stack's end."""
    stack = stack_of(binding)
    write = binding.registers.write(instruction.operands[0], "u64")
    return lambda batch, active: write(batch, active, batch.registers[stack.slot] + np.uint64(stack.address))


def bind_restore(instruction: Instruction, binding: Binding) -> Step:
    """Bind stackrestore: what was allocated since the address was saved is gone."""
    stack = stack_of(binding)
    fetch = binding.registers.fetch(instruction.operands[0], "u64")

    def step(batch: Batch, active: Active) -> None:
        used = fetch(batch) - np.uint64(stack.address)
        batch.registers[stack.slot] = np.where(active.mask, used, batch.registers[stack.slot])

    return step


BUILDERS: StepBuilders = {
    "alloca": bind_allocation,
    "stacksave": bind_save,
    "stackrestore": bind_restore,
}
