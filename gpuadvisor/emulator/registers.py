"""Operands bound to a batch: how an instruction fetches its sources and writes its results."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import FRAME, STACK_POINTER
from gpuadvisor.emulator.program import (
    Address,
    Function,
    Immediate,
    Instruction,
    Operand,
    Register,
    Symbol,
    Vector,
)
from gpuadvisor.emulator.specials import is_special, special_register
from gpuadvisor.emulator.widths import TYPE_BYTES, WIDE, Lanes, dtype_of, resize

Fetch = Callable[[Batch], Lanes]
"""Reads a source operand: an array that broadcasts to (warps, 32)."""
Write = Callable[[Batch, Active, Lanes], None]
"""Writes a destination for the active threads: values that broadcast to (warps, 32)."""

CARRY = "%cc"
"""The condition code register of add.cc and its like (PTX ISA 9.7.2)."""


class Unsupported(Exception):  # noqa: N818
    """An instruction cannot be bound; it stops the run only if a thread executes it."""


@dataclass(frozen=True, slots=True)
class Registers:
    """The register file: name to slot."""

    slots: Mapping[str, int]
    dtypes: tuple[np.dtype[np.generic], ...]
    layout: Layout

    def fetch(self, operand: Operand, type_name: str) -> Fetch:
        """Return how to read `operand` as `type_name`."""
        match operand:
            case Register(name, negated) if name in self.slots:
                return self._register(name, type_name, negated=negated)
            case Immediate() | Symbol() if dtype_of(type_name) == WIDE:
                raise Unsupported("constants of 128 bits")
            case Register(name, _) if is_special(name):
                return _resized(special_register(name), type_name)
            case Immediate():
                value = immediate(operand, type_name)
                return lambda _batch: value
            case Symbol(name, offset):
                place = self.address(name) + offset
                if not 0 <= place <= np.iinfo(dtype_of(type_name)).max:
                    raise Unsupported(f"an address as {type_name}")
                address = np.full((1, 1), place, dtype_of(type_name))
                return lambda _batch: address
            case _:
                raise Unsupported(f"operand {operand}")

    def _register(self, name: str, type_name: str, *, negated: bool) -> Fetch:
        slot = self.slots[name]
        if negated and self.dtypes[slot] != np.bool_:
            raise Unsupported(f"the negation of {name}, which is no predicate")
        if negated:
            return lambda batch: ~batch.registers[slot]
        if self.dtypes[slot] == dtype_of(type_name):
            return lambda batch: batch.registers[slot]
        self._check_width(slot, type_name)
        return _resized(lambda batch: batch.registers[slot], type_name)

    def _check_width(self, slot: int, type_name: str) -> None:
        """Raise Unsupported where only one side has 128 bits: nothing converts between them."""
        if (self.dtypes[slot] == WIDE) != (dtype_of(type_name) == WIDE):
            raise Unsupported(f"a register of another width than {type_name}")

    def write(self, operand: Operand, type_name: str) -> Write:
        """Return how to write results of `type_name`, shape (warps, 32), to a register or the sink."""
        return self._writing(operand, type_name, Active.select)

    def scatter(self, operand: Operand, type_name: str) -> Write:
        """Return how to write results of the active threads alone, shape (n,)."""
        return self._writing(operand, type_name, Active.merge)

    def _writing(
        self, operand: Operand, type_name: str, combine: Callable[[Active, Lanes, Lanes], Lanes]
    ) -> Write:
        """Return how to write results, of which `combine` makes the register's new value from its old one."""
        if operand is None:
            return _discard
        if not isinstance(operand, Register) or operand.name not in self.slots:
            raise Unsupported(f"destination {operand}")
        slot = self.slots[operand.name]
        target = self.dtypes[slot]
        self._check_width(slot, type_name)

        def write(batch: Batch, active: Active, values: Lanes) -> None:
            wide = resize(values, type_name, target)
            batch.registers[slot] = combine(active, batch.registers[slot], wide)

        return write

    def address(self, name: str) -> int:
        """Return the address of a symbol in its own state space."""
        place = self.layout.places.get(name)
        if place is None:
            raise Unsupported(f"the address of {name}")
        return place.address


def _discard(_batch: Batch, _active: Active, _values: Lanes) -> None:
    """Drop results that go to the sink `_`."""


def _resized(fetch: Fetch, type_name: str) -> Fetch:
    target = dtype_of(type_name)
    return lambda batch: resize(fetch(batch), type_name, target)


def immediate(operand: Immediate, type_name: str) -> Lanes:
    """Return a literal as `type_name`, shape (1, 1)."""
    target = dtype_of(type_name)
    bits = operand.bits
    if operand.is_float and TYPE_BYTES[type_name] * 8 != operand.width:
        if target.itemsize == 1:
            raise Unsupported("a floating-point number as an operand of one byte")
        source = np.array(bits, f"u{operand.width // 8}").view(f"f{operand.width // 8}")
        bits = int(source.astype(f"f{target.itemsize}").view(f"u{target.itemsize}"))
    if type_name == "pred":
        return np.full((1, 1), bool(bits))
    return np.full((1, 1), bits & ((1 << (8 * target.itemsize)) - 1), target)


def allocate_registers(function: Function, layout: Layout) -> Registers:
    """Give every declared register that an instruction names a slot, and the hidden ones."""
    declared = function.registers
    types = {
        name: declared[name]
        for instruction in function.instructions
        for name in named_registers(instruction)
        if name in declared
    }
    types |= {name: declared[name] for name in declared if name.endswith((FRAME, STACK_POINTER))}
    types[CARRY] = "pred"
    slots = {name: slot for slot, name in enumerate(types)}
    return Registers(slots, tuple(dtype_of(kind) for kind in types.values()), layout)


def named_registers(instruction: Instruction) -> Iterator[str]:
    """Return the names of all registers that an instruction reads or writes."""
    if instruction.guard is not None:
        yield instruction.guard.register
    for operand in instruction.operands:
        yield from operand_registers(operand)


def operand_registers(operand: Operand) -> Iterator[str]:
    """Return the names of the registers in an operand."""
    match operand:
        case Register(name) | Address(Register(name)):
            yield name
        case Vector(elements):
            yield from (element.name for element in elements if isinstance(element, Register))
