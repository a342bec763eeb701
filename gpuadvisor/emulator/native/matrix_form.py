"""What a product of matrices is made of: its shape, its types, and how sums are made."""

from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.instructions.fragments import Fragment
from gpuadvisor.emulator.instructions.matrix import Multiplication
from gpuadvisor.emulator.native.vectors import I32

EDGE = 8
"""Rows and columns of the tiles that matrices are made of."""
_WORD_BITS = 32


@dataclass(frozen=True, slots=True)
class Form:
    """What is multiplied, and how sums are made."""

    problem: Multiplication
    saturates: bool
    conjunction: bool
    """Whether single bits are combined by and, not xor."""

    @property
    def name(self) -> str:
        """What tells the form from others."""
        options = [name for name in ("saturates", "conjunction") if getattr(self, name)]
        selected = () if self.problem.sparsity is None else ("sparse", self.problem.sparsity.lanes[0, 0])
        return ".".join(map(str, [*self.problem.shape, *self.problem.types.values(), *options, *selected]))

    @property
    def sources(self) -> list[Fragment]:
        """The fragments of A, B and C."""
        return [self.problem.fragment(name) for name in "abc"]

    @property
    def target(self) -> Fragment:
        """The fragment of D."""
        return self.problem.fragment("d")

    @property
    def single_bits(self) -> bool:
        """Whether A holds single bits: a word of them then takes the place of a number."""
        return self.problem.types["a"] == "b1"

    def depth(self, matrix: str) -> int:
        """Return how many numbers a row of A or column of B has."""
        fragment = self.problem.fragment(matrix)
        extent = fragment.shape[1 if matrix == "a" else 0]
        return extent // self.elements_per_number

    @property
    def elements_per_number(self) -> int:
        """How many elements are taken for one number."""
        return _WORD_BITS if self.single_bits else 1

    @property
    def number(self) -> ir.Type:
        """The type of the numbers."""
        return I32 if self.single_bits else ir.DoubleType()

    @property
    def row(self) -> ir.VectorType:
        """The type of eight numbers."""
        return ir.VectorType(self.number, EDGE)
