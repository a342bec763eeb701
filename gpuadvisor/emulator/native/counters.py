"""Where a kernel counts what it executes: 64-bit words of a context, named while the kernel is translated."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import WORD_BYTES, Word
from gpuadvisor.emulator.native.vectors import I64, add_to, constant, field
from gpuadvisor.emulator.native.warp import Warp

Name = tuple[str, int]
"""What is counted, and for which block or program counter."""


class Counters:
    """The counters of a kernel: two for each basic block, others as instructions need them."""

    def __init__(self, blocks: int) -> None:
        self.places: dict[Name, int] = {}
        for number in range(blocks):
            self._place(("executions", number))
            self._place(("threads", number))

    def _place(self, name: Name) -> int:
        return self.places.setdefault(name, len(self.places))

    def add(self, warp: Warp, name: Name, amount: ir.Value) -> None:
        """Emit the addition of a 64-bit amount."""
        start = warp.fixed.pointer(warp.builder, Word.COUNTERS)
        add_to(warp.builder, field(warp.builder, start, WORD_BYTES * self._place(name)), amount)

    def add_threads(self, warp: Warp, name: Name, mask: ir.Value) -> None:
        """Emit the addition of the number of lanes in a mask."""
        self.add(warp, name, warp.builder.zext(warp.builder.ctpop(mask), I64))

    def add_if(self, warp: Warp, name: Name, condition: ir.Value) -> None:
        """Emit the addition of one where a condition holds."""
        self.add(warp, name, warp.builder.zext(condition, I64))

    def add_one(self, warp: Warp, name: Name) -> None:
        """Emit the addition of one."""
        self.add(warp, name, constant(1, I64))
