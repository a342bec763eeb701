"""ld and st, of every width, vector and cache operator (PTX ISA 9.7.9)."""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.asynchronous import bind_asynchronous
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders, bind_address
from gpuadvisor.emulator.instructions.spaces import PARAMETERS, named_space, record, split
from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.program import Address, Instruction, Operand, Symbol, Vector
from gpuadvisor.emulator.registers import Registers, Unsupported
from gpuadvisor.emulator.widths import TYPE_BYTES, dtype_of


def bind_load(instruction: Instruction, binding: Binding) -> Step:
    """Bind ld: one address per thread, one register per element."""
    type_name = _element_type(instruction)
    destinations = elements_of(instruction.operands[0])
    constant = _kernel_parameter(instruction.operands[1], instruction, binding.registers)
    if constant is not None:
        return _bind_parameter_load(binding.registers, destinations, type_name, constant)
    space = named_space(instruction.modifiers)
    address = bind_address(instruction.operands[1], binding.registers)
    writes = [binding.registers.scatter(destination, type_name) for destination in destinations]
    width = TYPE_BYTES[type_name]
    size, pc = width * len(writes), instruction.index
    what = f"load of {size} bytes"

    def step(batch: Batch, active: Active) -> None:
        for where, part, offsets in split(space, active, address(batch)):
            record(batch, pc, where, "load", offsets, part, size)
            store, positions = where.locate(batch, part.pick(offsets), part.lanes, size, what)
            for element, write in enumerate(writes):
                write(batch, part, store.load(positions + element * width if element else positions, width))

    return step


def bind_store(instruction: Instruction, binding: Binding) -> Step:
    """Bind st: one address per thread, one source per element."""
    if "async" in instruction.modifiers:
        return bind_asynchronous(instruction, binding, bind_store)
    type_name = _element_type(instruction)
    space = named_space(instruction.modifiers)
    address = bind_address(instruction.operands[0], binding.registers)
    sources = [binding.registers.fetch(source, type_name) for source in elements_of(instruction.operands[1])]
    width = TYPE_BYTES[type_name]
    size, pc = width * len(sources), instruction.index
    what = f"store of {size} bytes"

    def step(batch: Batch, active: Active) -> None:
        for where, part, offsets in split(space, active, address(batch)):
            record(batch, pc, where, "store", offsets, part, size)
            if batch.checks is not None:
                batch.checks.storing([part.pick(source(batch)) for source in sources])
            store, positions = where.locate(batch, part.pick(offsets), part.lanes, size, what)
            for element, source in enumerate(sources):
                at = positions + element * width if element else positions
                store.store(at, width, part.pick(source(batch)))
        batch.scheduler.memory_written()

    return step


def _element_type(instruction: Instruction) -> str:
    type_name = instruction.types[-1] if instruction.types else ""
    if "bulk" in instruction.modifiers:
        raise Unsupported("stores in bulk")
    if type_name not in TYPE_BYTES:
        raise Unsupported("without a type")
    return type_name


def elements_of(operand: Operand) -> tuple[Operand, ...]:
    """Return the registers of a vector, or the one operand."""
    return operand.elements if isinstance(operand, Vector) else (operand,)


def _kernel_parameter(operand: Operand, instruction: Instruction, registers: Registers) -> int | None:
    """Return the address of a kernel parameter that the load names outright, or None."""
    if named_space(instruction.modifiers) is not PARAMETERS:
        return None
    if not isinstance(operand, Address) or not isinstance(operand.base, Symbol):
        return None
    address = registers.address(operand.base.name) + operand.offset
    return address if 0 <= address < FRAME_BASE else None


def _bind_parameter_load(
    registers: Registers, destinations: tuple[Operand, ...], type_name: str, address: int
) -> Step:
    """Bind a load that gives all threads the same value."""
    writes = [registers.write(destination, type_name) for destination in destinations]
    dtype = dtype_of(type_name)
    end = address + dtype.itemsize * len(writes)
    if end > registers.layout.parameter_bytes:
        raise Unsupported("a load behind the kernel's parameters")

    def step(batch: Batch, active: Active) -> None:
        values = batch.parameters.bytes[address:end].view(dtype)
        for element, write in enumerate(writes):
            write(batch, active, np.full((1, 1), values[element]))

    return step


BUILDERS: StepBuilders = {"ld": bind_load, "ldu": bind_load, "st": bind_store}
