"""The registers of a warp while one basic block is translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member

import numpy as np
from llvmlite import ir

from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.native.abi import WARP
from gpuadvisor.emulator.native.lowering.vectors import integer_type
from gpuadvisor.emulator.native.lowering.vectors import splat as splat_number
from gpuadvisor.emulator.native.specials import special_value
from gpuadvisor.emulator.native.vectors import I32, MASK, bits, field, mask_of
from gpuadvisor.emulator.native.warp import Warp
from gpuadvisor.emulator.program import Address, Immediate, Instruction, Operand, Register, Symbol
from gpuadvisor.emulator.registers import Unsupported, immediate
from gpuadvisor.emulator.specials import is_special
from gpuadvisor.emulator.widths import TYPE_BYTES, is_signed

_ALIGNMENT = 64
_ADDRESS = "u64"
_ADDRESS_BITS = (32, 64)


def width_of(type_name: str) -> int:
    """Return the bits of a PTX type in a register: 1 for predicates."""
    if type_name not in TYPE_BYTES:
        raise Unsupported(f"type {type_name}")
    return 1 if type_name == "pred" else 8 * TYPE_BYTES[type_name]


class RegisterFile:
    """Where the registers that live across blocks lie behind the state of a warp."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = types
        self._offsets: dict[str, int] = {}
        self.bytes = 0

    def offset(self, name: str) -> int:
        """Return how many bytes behind the start of the warp's state a register lies."""
        if name not in self._offsets:
            self._offsets[name] = self.bytes
            size = 4 if self.types[name] == "pred" else 4 * width_of(self.types[name])
            self.bytes += -(-size // _ALIGNMENT) * _ALIGNMENT
        return WARP.itemsize + self._offsets[name]


@dataclass(slots=True)
class Lanes:
    """Values of registers within one block; `on` are the lanes for which the current instruction counts."""

    warp: Warp
    registers: RegisterFile
    layout: Layout
    on: ir.Value
    guarded: bool = False
    _values: dict[str, ir.Value] = member(default_factory=dict)
    _written: set[str] = member(default_factory=set)

    @property
    def builder(self) -> ir.IRBuilder:
        """Where code goes."""
        return self.warp.builder

    @property
    def mask(self) -> ir.Value:
        """The lanes for which the current instruction counts, as <32 x i1>."""
        return mask_of(self.builder, self.on)

    def guard(self, instruction: Instruction) -> None:
        """Make an instruction the current one."""
        guard = instruction.guard
        self.guarded = guard is not None
        self.on = self.warp.active
        if guard is not None:
            holds = self.read(Register(guard.register, guard.negated), "pred")
            self.on = self.builder.and_(self.on, bits(self.builder, holds))

    def register(self, name: str) -> ir.Value:
        """Return the value of a register, <32 x iN> of its own width."""
        if name not in self.registers.types:
            raise Unsupported(f"register {name}")
        if name not in self._values:
            self._values[name] = self._load(name)
        return self._values[name]

    def _load(self, name: str) -> ir.Value:
        width = width_of(self.registers.types[name])
        if width == 1:
            return mask_of(self.builder, self.builder.load(self.slot(name), typ=I32))
        return self.builder.load(self.slot(name), typ=integer_type(width), align=4)

    def read(self, operand: Operand, type_name: str) -> ir.Value:
        """Return a source operand as `type_name`."""
        width = width_of(type_name)
        match operand:
            case Register(name, negated) if name in self.registers.types:
                value = self.resize(self.register(name), type_name, width)
                return self.builder.not_(value) if negated else value
            case Register(name, _) if is_special(name):
                return self.resize(special_value(self.warp, name), type_name, width)
            case Immediate() | Symbol() if width == 128:
                raise Unsupported("constants of 128 bits")
            case Immediate():
                return splat_number(integer_type(width), int(np.asarray(immediate(operand, type_name))[0, 0]))
            case Symbol(name, offset):
                address = (self.address_of(name) + offset) & ((1 << width) - 1)
                return splat_number(integer_type(width), address)
            case _:
                raise Unsupported(f"operand {operand}")

    def resize(self, value: ir.Value, type_name: str, width: int) -> ir.Value:
        """Return lanes of a PTX type in another width: cut, or extended as the type says."""
        old = value.type.element.width
        if old == width:
            return value
        if 1 in (old, width):
            raise Unsupported("a predicate in place of a number")
        if 128 in (old, width):
            raise Unsupported("a register of another width")
        target = integer_type(width)
        if width < old:
            return self.builder.trunc(value, target)
        extend = self.builder.sext if is_signed(type_name) else self.builder.zext
        return extend(value, target)

    def write(self, operand: Operand, type_name: str, value: ir.Value) -> None:
        """Give a register a new value in the lanes that are on; the sink drops it."""
        if operand is None:
            return
        if not isinstance(operand, Register) or operand.name not in self.registers.types:
            raise Unsupported(f"destination {operand}")
        name = operand.name
        wide = self.resize(value, type_name, width_of(self.registers.types[name]))
        if self.guarded:
            wide = self.builder.select(self.mask, wide, self.register(name))
        self._values[name] = wide
        self._written.add(name)

    def slot(self, name: str) -> ir.Value:
        """Return the address of a register between blocks."""
        return field(self.builder, self.warp.state, self.registers.offset(name))

    def put(self, name: str, mask: ir.Value, value: ir.Value) -> None:
        """Give a register a new value in some lanes, as bits, before or behind all uses in the block."""
        self._store(name, mask_of(self.builder, mask), value)

    def store_registers(self, names: frozenset[str]) -> None:
        """Keep those of the registers that the block has written."""
        mask = mask_of(self.builder, self.warp.active)
        for name in sorted(self._written & names):
            self._store(name, mask, self._values[name])

    def _store(self, name: str, mask: ir.Value, value: ir.Value) -> None:
        merged = self.builder.select(mask, value, self._load(name))
        if merged.type == MASK:
            self.builder.store(bits(self.builder, merged), self.slot(name))
        else:
            self.builder.store(merged, self.slot(name), align=4)

    def address_of(self, name: str) -> int:
        """Return the address of a symbol in its own state space."""
        place = self.layout.places.get(name)
        if place is None:
            raise Unsupported(f"the address of {name}")
        return place.address

    def address(self, operand: Operand) -> ir.Value:
        """Return `[base + offset]`, <32 x i64>; 32-bit addresses wrap as they do in hardware."""
        match operand:
            case Address(Register(name), offset):
                base = self.register(name)
                if base.type.element.width not in _ADDRESS_BITS:
                    raise Unsupported(f"an address in {name}")
                if offset:
                    base = self.builder.add(base, splat_number(base.type, offset))
                return self.resize(base, _ADDRESS, 64)
            case Address(Symbol(name), offset):
                return splat_number(integer_type(64), self.address_of(name) + offset)
            case Address(None, offset):
                return splat_number(integer_type(64), offset)
            case _:
                raise Unsupported(f"address {operand}")
