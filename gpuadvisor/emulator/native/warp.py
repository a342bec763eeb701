"""What the code that runs a warp has at hand."""

from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.native.abi import Word
from gpuadvisor.emulator.native.state import pointer, word


class Fixed:
    """Words of a context that stay as they are while a function runs: loaded once, where it begins."""

    def __init__(self, context: ir.Value) -> None:
        self._context = context
        self._words: dict[Word, ir.Value] = {}
        self._pointers: dict[Word, ir.Value] = {}

    def word(self, builder: ir.IRBuilder, name: Word) -> ir.Value:
        """Return a word as an integer."""
        if name not in self._words:
            with builder.goto_entry_block():
                self._words[name] = word(builder, self._context, name)
        return self._words[name]

    def pointer(self, builder: ir.IRBuilder, name: Word) -> ir.Value:
        """Return a word as an address."""
        if name not in self._pointers:
            with builder.goto_entry_block():
                self._pointers[name] = pointer(builder, self._context, name)
        return self._pointers[name]


@dataclass(slots=True)
class Warp:
    """A warp in one basic block, whose `active` and `issued` these are."""

    builder: ir.IRBuilder
    context: ir.Value
    state: ir.Value
    active: ir.Value
    issued: ir.Value
    fixed: Fixed
