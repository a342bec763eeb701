"""What an instruction is bound to, and the forms a bound instruction takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.program import Address, Instruction, Register, Symbol
from gpuadvisor.emulator.registers import Fetch, Registers, Unsupported

Step = Callable[[Batch, Active], None]
"""Executes an instruction for the threads whose guard holds; control falls through to the next."""

Control = Callable[[Batch, Active, Active], None]
"""Executes an instruction that decides where threads go: all that stand there, those whose guard holds."""


Gate = Callable[[Batch], bool]
"""Asked before a basic block is executed: whether any thread goes on now."""

_ADDRESSES = (np.dtype(np.uint32), np.dtype(np.uint64))
"""What registers that hold addresses are read as (PTX ISA 6.4.1, addresses as operands)."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The kernel an instruction belongs to."""

    linked: Linked
    registers: Registers
    read_registers: frozenset[str]
    """Registers that some instruction reads."""
    polling: Mapping[int, int]
    """The patience of each polling loop, by the branch that closes it."""


StepBuilder = Callable[[Instruction, Binding], Step]
ControlBuilder = Callable[[Instruction, Binding], Control]
StepBuilders = Mapping[str, StepBuilder]
ControlBuilders = Mapping[str, ControlBuilder]


def bind_address(operand: object, registers: Registers) -> Fetch:
    """Return how to compute `[base + offset]`: 64-bit addresses, shape (warps, 32)."""
    match operand:
        case Address(Register() as base, offset):
            return _based(registers, base, offset)
        case Address(Symbol(name), offset):
            return _constant(registers.address(name) + offset)
        case Address(None, offset):
            return _constant(offset)
        case _:
            raise Unsupported(f"address {operand}")


def _based(registers: Registers, base: Register, offset: int) -> Fetch:
    """Add in the width of the register, so that 32-bit addresses wrap as they do in hardware."""
    slot = registers.slots.get(base.name)
    if slot is None or registers.dtypes[slot] not in _ADDRESSES:
        raise Unsupported(f"an address in {base.name}")
    dtype = registers.dtypes[slot]
    addend = np.array(offset & ((1 << (8 * dtype.itemsize)) - 1), dtype)
    if dtype == np.uint64:
        return (
            (lambda batch: batch.registers[slot] + addend) if offset else lambda batch: batch.registers[slot]
        )
    return lambda batch: (batch.registers[slot] + addend).astype(np.uint64)


def _constant(address: int) -> Fetch:
    value = np.full((1, 1), address & 0xFFFF_FFFF_FFFF_FFFF, np.uint64)
    return lambda batch: np.broadcast_to(value, batch.shape)
