"""Which buffer or array the address of an instruction was computed from.

Addresses are followed backwards through the registers, without regard to the order of instructions. Where
all ways lead to one kernel argument, module variable or shared array, the access belongs there, however far
off the address is. Where a pointer comes from memory, or from several buffers, nothing is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gpuadvisor.emulator.layout import FRAME_BASE, Layout
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Address, Function, Instruction, Operand, Register, Symbol, Vector
from gpuadvisor.emulator.registers import operand_registers

_ADDRESS_TYPES = frozenset({"b64", "u64", "s64", "f64", "b128"})
_READS_MEMORY = frozenset({"ld", "ldu", "atom", "tex", "suld", "tld4"})


@dataclass(frozen=True, slots=True)
class Origin:
    """A range of addresses of a state space and its name."""

    space: str
    start: int
    end: int
    name: str


_UNKNOWN = Origin("", 0, 0, "")
Origins = frozenset[Origin]
_NONE: Origins = frozenset()


def pointer_origins(
    function: Function, layout: Layout, parameters: bytes, memory: GlobalMemory
) -> dict[int, Origin]:
    """Return, by program counter, the one range that the addresses of an instruction must lie in."""
    flow = _Flow(function, layout, parameters, memory)
    found = ((each.index, flow.addressed(each)) for each in function.instructions)
    return {pc: origin for pc, origin in found if origin is not None}


class _Flow:
    """The origins of every register."""

    def __init__(self, function: Function, layout: Layout, parameters: bytes, memory: GlobalMemory) -> None:
        self._places = layout.places
        self._parameters = parameters
        self._memory = memory
        self._origins: dict[str, Origins] = {}
        while sum(self._follow(each) for each in function.instructions):
            pass

    def addressed(self, instruction: Instruction) -> Origin | None:
        """Return the origin of an instruction's address, if it has one of them that is known."""
        bases = [each.base for each in instruction.operands if isinstance(each, Address)]
        if len(bases) != 1 or "param" in instruction.modifiers:
            return None
        base = bases[0]
        origins = self._symbol(base.name) if isinstance(base, Symbol) else _NONE
        if isinstance(base, Register):
            origins = self._origins.get(base.name, _NONE)
        (only,) = origins if len(origins) == 1 else (None,)
        return None if only is _UNKNOWN else only

    def _follow(self, instruction: Instruction) -> bool:
        """Add to the origins of what an instruction writes; return whether anything was new."""
        if not instruction.operands:
            return False
        target, *sources = instruction.operands
        found = self._result(instruction, sources)
        changed = False
        for name in operand_registers(target) if isinstance(target, Register | Vector) else ():
            before = self._origins.get(name, _NONE)
            self._origins[name] = before | found
            changed |= not found <= before
        return changed

    def _result(self, instruction: Instruction, sources: Iterable[Operand]) -> Origins:
        if instruction.opcode in _READS_MEMORY:
            return self._loaded(instruction)
        found = _NONE
        for source in sources:
            if isinstance(source, Symbol):
                found |= self._symbol(source.name)
            else:
                for name in operand_registers(source):
                    found |= self._origins.get(name, _NONE)
        return found

    def _loaded(self, instruction: Instruction) -> Origins:
        if not instruction.types or instruction.types[-1] not in _ADDRESS_TYPES:
            return _NONE
        address = instruction.operands[1]
        if "param" in instruction.modifiers and isinstance(address, Address):
            return self._parameter(address, len(list(operand_registers(instruction.operands[0]))))
        return frozenset({_UNKNOWN})

    def _parameter(self, address: Address, elements: int) -> Origins:
        place = self._places.get(address.base.name) if isinstance(address.base, Symbol) else None
        if place is None or place.address >= FRAME_BASE:
            return frozenset({_UNKNOWN})
        start = place.address + address.offset
        words = (self._parameters[at : at + 8] for at in range(start, start + 8 * elements, 8))
        values = (int.from_bytes(word, "little") for word in words)
        return frozenset(found for value in values if (found := self._buffer(value)) is not None)

    def _buffer(self, address: int) -> Origin | None:
        allocation = self._memory.allocation_at(address)
        if allocation is None:
            return None
        return Origin("global", allocation.address, allocation.end, allocation.name)

    def _symbol(self, name: str) -> Origins:
        place = self._places.get(name)
        if place is None or place.space in ("param", "code"):
            return frozenset({_UNKNOWN}) if place is not None else _NONE
        return frozenset({Origin(place.space, place.address, place.address + place.size_bytes, name)})
