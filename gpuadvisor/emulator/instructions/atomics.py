"""atom and red (PTX ISA 9.7.13): one thread after another, in lane order."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.atomic_forms import atomic_kind
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions import contention
from gpuadvisor.emulator.instructions.asynchronous import bind_asynchronous
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders, bind_address
from gpuadvisor.emulator.instructions.contention import Indices, Update, Values
from gpuadvisor.emulator.instructions.loads import elements_of
from gpuadvisor.emulator.instructions.spaces import SHARED, named_space, record, split
from gpuadvisor.emulator.program import Instruction, Operand, Register
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.semantics import compile_operation
from gpuadvisor.emulator.widths import TYPE_BYTES, is_signed

Apply = Callable[[Values, Indices, Sequence[Values]], Values | None]
"""Updates memory at indices with the operands; what the threads found, or None if nobody asks."""

_SINKS: dict[str, np.ufunc] = {
    "add": np.add,
    "min": np.minimum,
    "max": np.maximum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
_TWO_SOURCES = (Register("d"), Register("a"), Register("b"))
_SMALLEST_EXACT = np.float32(2.0**-100)
"""Sums of floats at least this large are multiples of 2**-123, so never subnormal."""


def bind_atomic(instruction: Instruction, binding: Binding) -> Step:
    """Bind atom: the destination gets what was in memory."""
    return _bind(instruction, binding, instruction.operands[0], instruction.operands[1:])


def bind_reduction(instruction: Instruction, binding: Binding) -> Step:
    """Bind red: an atomic whose result nobody wants."""
    if "async" in instruction.modifiers:
        return bind_asynchronous(instruction, binding, bind_reduction)
    return _bind(instruction, binding, None, instruction.operands)


def _bind(
    instruction: Instruction, binding: Binding, destination: Operand, operands: tuple[Operand, ...]
) -> Step:
    kind = atomic_kind(instruction, operands)
    type_name = instruction.types[0]
    elements = list(zip(*(elements_of(operand) for operand in operands[1:]), strict=True))
    targets = elements_of(destination) if destination is not None else (None,) * len(elements)
    wanted = any(_is_read(target, binding) for target in targets)
    space = named_space(instruction.modifiers)
    address = bind_address(operands[0], binding.registers)
    sources = [[binding.registers.fetch(each, type_name) for each in element] for element in elements]
    writes = [
        binding.registers.scatter(target if wanted else None, type_name)
        for target, _ in zip(targets, elements, strict=True)
    ]
    applies = {flush: _apply(instruction, kind, wanted=wanted, flush=flush) for flush in (False, True)}
    width, pc = TYPE_BYTES[type_name], instruction.index
    size = width * len(elements)
    what = f"atomic on {size} bytes"

    def step(batch: Batch, active: Active) -> None:
        for where, part, offsets in split(space, active, address(batch)):
            record(batch, pc, where, "atomic", offsets, part, size)
            store, positions = where.locate(batch, part.pick(offsets), part.lanes, size, what)
            first = positions // width
            for number, (element, write) in enumerate(zip(sources, writes, strict=True)):
                values = [part.pick(source(batch)) for source in element]
                old = applies[where is not SHARED](store.view(width), first + number, values)
                if old is not None:
                    write(batch, part, old)
        batch.scheduler.memory_written()

    return step


def _is_read(target: Operand, binding: Binding) -> bool:
    return isinstance(target, Register) and target.name in binding.read_registers


def _apply(instruction: Instruction, kind: str, *, wanted: bool, flush: bool) -> Apply:
    """Return the read-modify-write; `flush`: floats outside shared memory lose subnormals (PTX ISA, atom)."""
    type_name = instruction.types[0]
    if kind == "cas":
        return lambda memory, at, values: contention.compare_and_swap(memory, at, values[0], values[1])
    if kind == "exch":
        return lambda memory, at, values: contention.exchange(memory, at, values[0])
    if type_name == "b128":
        raise Unsupported("this form of atomic")
    update = update_of(instruction, kind, flush=flush)
    general: Apply = lambda memory, at, values: contention.in_passes(memory, at, values[0], update)  # noqa: E731
    if type_name == "f32" and kind == "add" and not wanted:
        return _float_sums(general)
    if _is_integer(type_name) and kind in _SINKS and not wanted:
        return _sink(_SINKS[kind], type_name)
    if _is_integer(type_name) and kind == "add":
        return lambda memory, at, values: contention.add(memory, at, values[0])
    return general


def _is_integer(type_name: str) -> bool:
    """Return whether a type is one integer: not a float, not a pair."""
    return type_name.lstrip("usb").isdigit()


def _sink(ufunc: np.ufunc, type_name: str) -> Apply:
    """Apply an integer operation without telling what was there before."""
    dtype = np.dtype(f"{'i' if is_signed(type_name) else 'u'}{TYPE_BYTES[type_name]}")

    def apply(memory: Values, at: Indices, values: Sequence[Values]) -> None:
        ufunc.at(memory.view(dtype), at, values[0].view(dtype))

    return apply


def _float_sums(general: Apply) -> Apply:
    """Add floats in lane order; numbers so small that sums could be subnormal go the general way."""

    def apply(memory: Values, at: Indices, values: Sequence[Values]) -> Values | None:
        floats, operands = memory.view(np.float32), values[0].view(np.float32)
        if _is_small(operands) or _is_small(floats[at]):
            return general(memory, at, values)
        np.add.at(floats, at, operands)
        return None

    return apply


def _is_small(values: NDArray[np.float32]) -> bool:
    magnitudes = np.abs(values)
    return bool(((magnitudes < _SMALLEST_EXACT) & (magnitudes > 0)).any())


def update_of(instruction: Instruction, kind: str, *, flush: bool) -> Update:
    """Return what an operation makes of the words in memory and those given."""
    if kind in ("inc", "dec"):
        return _increment if kind == "inc" else _decrement
    type_name = instruction.types[0]
    modifiers: tuple[str, ...] = ()
    if kind == "add" and not _is_integer(type_name):
        modifiers = ("rn", "ftz") if flush and type_name == "f32" else ("rn",)
    bits = f"b{8 * TYPE_BYTES[type_name]}" if kind in ("and", "or", "xor") else type_name
    operation = compile_operation(
        replace(instruction, opcode=kind, modifiers=modifiers, types=(bits,), operands=_TWO_SOURCES)
    )
    if operation is None:
        raise Unsupported("this form of atomic")
    function = operation.function
    return lambda current, value: function((current, value), np.ones(current.shape, np.bool_))[0]


def _increment(current: Values, limit: Values) -> Values:
    raised: Values = current + current.dtype.type(1)
    return np.where(current >= limit, current.dtype.type(0), raised)


def _decrement(current: Values, limit: Values) -> Values:
    wraps: NDArray[Any] = (current == 0) | (current > limit)
    return np.where(wraps, limit, current - current.dtype.type(1))


BUILDERS: StepBuilders = {"atom": bind_atomic, "red": bind_reduction}
