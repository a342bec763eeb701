"""mov of addresses, special registers and vectors; cvta; isspacep (PTX ISA 9.7.9)."""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.cluster_addresses import is_own
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.layout import WINDOW_BYTES, WINDOWS
from gpuadvisor.emulator.program import Instruction, Operand, Vector
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.widths import TYPE_BYTES, WIDE, Lanes, dtype_of, unsigned

_END_OF_WINDOWS = max(WINDOWS.values()) + WINDOW_BYTES


def bind_move(instruction: Instruction, binding: Binding) -> Step:
    """Bind mov: from anything a source can be, packing or unpacking a vector."""
    destination, source = instruction.operands
    type_name = instruction.types[0]
    if dtype_of(type_name) == WIDE:
        return _bind_wide_move(destination, source, binding)
    if isinstance(destination, Vector):
        return _bind_unpack(destination, source, type_name, binding)
    if isinstance(source, Vector):
        return _bind_pack(destination, source, type_name, binding)
    fetch = binding.registers.fetch(source, type_name)
    write = binding.registers.write(destination, type_name)
    return lambda batch, active: write(batch, active, fetch(batch))


def _bind_wide_move(destination: Operand, source: Operand, binding: Binding) -> Step:
    """Bind `mov.b128` from one register to another, and between one register and two."""
    registers, halves = binding.registers, ("low", "high")
    if isinstance(source, Vector) and len(source.elements) == 2:
        fetches = [registers.fetch(element, "b64") for element in source.elements]
        write = registers.write(destination, "b128")

        def pack(batch: Batch, active: Active) -> None:
            packed: Lanes = np.zeros(batch.shape, WIDE)
            for half, fetch in zip(halves, fetches, strict=True):
                packed[half] = fetch(batch)
            write(batch, active, packed)

        return pack
    fetch = registers.fetch(source, "b128")
    if isinstance(destination, Vector):
        writes = [registers.write(element, "b64") for element in destination.elements]
        parts = list(zip(halves, writes, strict=True))

        def unpack(batch: Batch, active: Active) -> None:
            whole = fetch(batch)
            for half, write_half in parts:
                write_half(batch, active, whole[half])

        return unpack
    write = registers.write(destination, "b128")
    return lambda batch, active: write(batch, active, fetch(batch))


def _bind_pack(destination: Operand, source: Vector, type_name: str, binding: Binding) -> Step:
    """Bind `mov.b64 d, {a, b}`: the first element is the least significant."""
    width = _element_width(type_name, source)
    fetches = [binding.registers.fetch(element, f"b{8 * width}") for element in source.elements]
    write = binding.registers.write(destination, type_name)
    target = unsigned(TYPE_BYTES[type_name])

    def step(batch: Batch, active: Active) -> None:
        packed: Lanes = fetches[0](batch).astype(target)
        for position, fetch in enumerate(fetches[1:], 1):
            packed = packed | (fetch(batch).astype(target) << target.type(8 * width * position))
        write(batch, active, packed)

    return step


def _bind_unpack(destination: Vector, source: Operand, type_name: str, binding: Binding) -> Step:
    """Bind `mov.b64 {a, b}, d`."""
    width = _element_width(type_name, destination)
    fetch = binding.registers.fetch(source, type_name)
    writes = [binding.registers.write(element, f"b{8 * width}") for element in destination.elements]
    whole, part = unsigned(TYPE_BYTES[type_name]), unsigned(width)

    def step(batch: Batch, active: Active) -> None:
        values = fetch(batch)
        for position, write in enumerate(writes):
            write(batch, active, (values >> whole.type(8 * width * position)).astype(part))

    return step


def _element_width(type_name: str, vector: Vector) -> int:
    size = TYPE_BYTES[type_name]
    if size > 8 or size % len(vector.elements):
        raise Unsupported(f"type {type_name} with {len(vector.elements)} elements")
    return size // len(vector.elements)


def bind_convert_address(instruction: Instruction, binding: Binding) -> Step:
    """Bind cvta: between the addresses of a state space and generic ones."""
    type_name = instruction.types[0]
    fetch = binding.registers.fetch(instruction.operands[1], type_name)
    write = binding.registers.write(instruction.operands[0], type_name)
    start = next((WINDOWS[name] for name in _space_names(instruction) if name in WINDOWS), 0)
    if not start:
        return lambda batch, active: write(batch, active, fetch(batch))
    if TYPE_BYTES[type_name] != 8:
        raise Unsupported("32-bit generic addresses")
    shift = np.uint64((1 << 64) - start if "to" in instruction.modifiers else start)
    return lambda batch, active: write(batch, active, fetch(batch) + shift)


def _space_names(instruction: Instruction) -> list[str]:
    return [modifier.partition("::")[0] for modifier in instruction.modifiers]


def bind_is_space(instruction: Instruction, binding: Binding) -> Step:
    """Bind isspacep: whether a generic address lies in the window of a state space."""
    fetch = binding.registers.fetch(instruction.operands[1], "u64")
    write = binding.registers.write(instruction.operands[0], "pred")
    space = _space_names(instruction)[0]
    if space == "global":
        return lambda batch, active: write(batch, active, fetch(batch) >= _END_OF_WINDOWS)
    if space not in WINDOWS:
        # Constants lie among the global buffers here, so no address is in a window of their own.
        return lambda batch, active: write(batch, active, np.zeros(batch.shape, np.bool_))
    start = np.uint64(WINDOWS[space])
    if space == "shared" and "shared::cluster" not in instruction.modifiers:
        return lambda batch, active: write(batch, active, is_own(batch, fetch(batch) - start))
    return lambda batch, active: write(batch, active, fetch(batch) - start < WINDOW_BYTES)


BUILDERS: StepBuilders = {"mov": bind_move, "cvta": bind_convert_address, "isspacep": bind_is_space}
