"""Parameters that go from one function to another: where caller and callee do not share them."""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.native.activations import copy_bytes
from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.vectors import I8, field, local
from gpuadvisor.emulator.registers import Unsupported

Range = tuple[int, int]
"""From where to where in the bytes of a thread's parameters."""


def parameter_range(lanes: Lanes, name: str) -> Range:
    """Return where a parameter of a device function lies."""
    place = lanes.layout.places.get(name)
    if place is None or place.address < FRAME_BASE:
        raise Unsupported(f"the parameter {name}")
    start = place.address - FRAME_BASE
    return start, start + place.size_bytes


class ParameterCopies:
    """Parameters on their way from one function to another, by way of memory of their own."""

    def __init__(self, builder: ir.IRBuilder, sources: Sequence[Range]) -> None:
        self.builder = builder
        self.sources = sources
        self._offsets: list[int] = []
        self._size_bytes = 0
        for start, end in self.sources:
            self._offsets.append(self._size_bytes)
            self._size_bytes += end - start
        self._memory = local(self.builder, ir.ArrayType(I8, max(self._size_bytes, 1)))

    def take(self, row: ir.Value) -> None:
        """Copy the sources out of a thread's parameters."""
        for (start, end), offset in zip(self.sources, self._offsets, strict=True):
            place = field(self.builder, self._memory, offset)
            copy_bytes(self.builder, place, field(self.builder, row, start), end - start)

    def give(self, row: ir.Value, targets: Sequence[Range]) -> None:
        """Copy them to as many targets of the same sizes."""
        if [end - start for start, end in targets] != [end - start for start, end in self.sources]:
            raise Unsupported("parameters that differ in size")
        for (start, end), offset in zip(targets, self._offsets, strict=True):
            place = field(self.builder, self._memory, offset)
            copy_bytes(self.builder, field(self.builder, row, start), place, end - start)
