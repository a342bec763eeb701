"""Matrices spread over panels in memory: one for eight rows of A or columns of B, eight numbers for each k.

A register of A or B holds a block of a panel, 8 by 4 groups of elements: lane 4g + t the group t of row g.
"""

from collections.abc import Iterator, Sequence

from llvmlite import ir

from gpuadvisor.emulator.instructions.sparsity import Sparsity
from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.native.matrix_elements import numbers
from gpuadvisor.emulator.native.matrix_form import EDGE, Form
from gpuadvisor.emulator.native.vectors import I32, I64, constant, field, local, picked, shuffled

_GROUPS = 4
_COLUMNS = ir.VectorType(I32, EDGE)


class Panels:
    """Memory for the panels of one matrix, of numbers of one type."""

    def __init__(self, builder: ir.IRBuilder, number: ir.Type, count: int, depth: int) -> None:
        self._builder = builder
        self._depth = depth
        self._bytes = 8 if number == ir.DoubleType() else 4
        self.number = number
        self._memory = local(builder, ir.ArrayType(ir.VectorType(number, EDGE), count * depth))

    def row(self, panel: int, k: ir.Value) -> ir.Value:
        """Return the address of the eight numbers for a k."""
        position = self._builder.add(k, constant(panel * self._depth, I64))
        size = constant(EDGE * self._bytes, I64)
        return field(self._builder, self._memory, self._builder.mul(position, size))

    def place(self, panel: int, k: ir.Value, number: int) -> ir.Value:
        """Return the address of one of the eight numbers for a k."""
        return field(self._builder, self.row(panel, k), number * self._bytes)


def spread(builder: ir.IRBuilder, form: Form, name: str, sources: Sequence[ir.Value]) -> Panels:
    """Return the panels of A or B, given its registers."""
    fragment = form.problem.fragment(name)
    across, along = (fragment.rows, fragment.columns) if name == "a" else (fragment.columns, fragment.rows)
    extent = fragment.shape[0 if name == "a" else 1]
    panels = Panels(builder, form.number, extent // EDGE, form.depth(name))
    for register, position, start in zip(sources, across[:, 0, 0], along[:, 0, 0], strict=True):
        turned = shuffled(builder, register, lambda lane: lane % EDGE * _GROUPS + lane // EDGE)
        elements = numbers(Integers(builder, turned), form.problem.types[name])
        first = int(start) // form.elements_per_number
        for k, row in _by_k(builder, elements):
            builder.store(row, panels.row(int(position) // EDGE, constant(first + k, I64)))
    return panels


def _by_k(builder: ir.IRBuilder, elements: Sequence[ir.Value]) -> Iterator[tuple[int, ir.Value]]:
    """Yield the numbers for each k of a register whose lanes are ordered by group, then row."""
    for number, element in enumerate(elements):
        for group in range(_GROUPS):
            row = [group * EDGE + lane for lane in range(EDGE)]
            yield group * len(elements) + number, picked(builder, element, element, row)


def spread_columns(builder: ir.IRBuilder, sparsity: Sparsity, metadata: ir.Value) -> Panels:
    """Return, like the panels of a sparse A, the column of each of its elements."""
    rows, depth = sparsity.lanes.shape
    panels = Panels(builder, I32, rows // EDGE, depth)
    for panel in range(rows // EDGE):
        for k in range(depth):
            lanes = sparsity.lanes[panel * EDGE : (panel + 1) * EDGE, k].tolist()
            words = picked(builder, metadata, metadata, lanes)
            shift, base = (int(each[panel * EDGE, k]) for each in (sparsity.shifts, sparsity.base))
            found = builder.and_(builder.lshr(words, _all(shift)), _all(sparsity.mask))
            column = builder.add(builder.mul(found, _all(sparsity.step)), _all(base))
            builder.store(column, panels.row(panel, constant(k, I64)))
    return panels


def _all(value: int) -> ir.Constant:
    return ir.Constant(_COLUMNS, [value] * EDGE)
