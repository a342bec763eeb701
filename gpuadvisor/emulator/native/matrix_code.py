"""The function that multiplies two matrices, for one shape and combination of types.

Results have the bits of `semantics.matrix`: products are added to C in ascending order of k, in double
precision, by fused multiply-adds. For the narrow types the product of two elements is exact, so that fusing
changes nothing; f64 is fused there too; and doubles hold all sums of integers exactly.

A and B are spread over panels, one for eight rows of A or columns of B: eight numbers for each k. A register
of A or B holds a block of a panel, 8 by 4 groups of elements: lane 4g + t the group t of row g.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llvmlite import ir

from gpuadvisor.emulator.instructions.fragments import Fragment, Indices
from gpuadvisor.emulator.instructions.matrix import Multiplication
from gpuadvisor.emulator.native.lowering.vectors import Integers, call_intrinsic
from gpuadvisor.emulator.native.matrix_elements import numbers, registers
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANES,
    constant,
    counted_loop,
    field,
    joined,
    local,
    picked,
    shuffled,
)

_EDGE, _GROUPS = 8, 4
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
        return ".".join([*map(str, self.problem.shape), *self.problem.types.values(), *options])

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

    @property
    def depth(self) -> int:
        """Numbers along k."""
        return self.problem.shape[2] // (_WORD_BITS if self.single_bits else 1)

    @property
    def number(self) -> ir.Type:
        """The type of the numbers."""
        return I32 if self.single_bits else ir.DoubleType()

    @property
    def number_bytes(self) -> int:
        """The size of a number."""
        return 4 if self.single_bits else 8

    @property
    def row(self) -> ir.VectorType:
        """The type of eight numbers."""
        return ir.VectorType(self.number, _EDGE)


def multiplied(builder: ir.IRBuilder, form: Form, sources: Sequence[ir.Value]) -> list[ir.Value]:
    """Emit the product; from the registers of A, B and C to those of D."""
    a, b, _ = form.sources
    behind = a.registers + b.registers
    panels_a, panels_b = _Panels(builder, form, a.shape[0]), _Panels(builder, form, b.shape[1])
    panels_a.fill(sources[: a.registers], "a", a.rows, a.columns)
    panels_b.fill(sources[a.registers : behind], "b", b.columns, b.rows)
    results: list[ir.Value] = []
    for below, beside, pair in _tiles(builder, form, sources[behind:]):
        sums = _sums(builder, form, (panels_a, below), (panels_b, beside), _rows_of(builder, pair))
        pair = _pair_of(builder, sums)
        results += registers(builder, pair, form.problem.types["d"], saturate=form.saturates)
    return results


class _Panels:
    """The numbers of A or B in memory: by panel, k, and row of A or column of B."""

    def __init__(self, builder: ir.IRBuilder, form: Form, extent: int) -> None:
        self._builder = builder
        self._form = form
        self._memory = local(builder, ir.ArrayType(form.row, extent // _EDGE * form.depth))

    def row(self, panel: int, k: ir.Value) -> ir.Value:
        """Return the address of the eight numbers for a k."""
        position = self._builder.add(k, constant(panel * self._form.depth, I64))
        size = constant(_EDGE * self._form.number_bytes, I64)
        return field(self._builder, self._memory, self._builder.mul(position, size))

    def fill(self, sources: Sequence[ir.Value], name: str, across: Indices, along: Indices) -> None:
        """Spread registers, whose elements lie at `across` and `along` k, over the panels."""
        builder, form = self._builder, self._form
        for register, position, start in zip(sources, across[:, 0, 0], along[:, 0, 0], strict=True):
            turned = shuffled(builder, register, lambda lane: lane % _EDGE * _GROUPS + lane // _EDGE)
            elements = numbers(Integers(builder, turned), form.problem.types[name])
            first = int(start) // (_WORD_BITS if form.single_bits else 1)
            for k, row in _by_k(builder, elements):
                builder.store(row, self.row(int(position) // _EDGE, constant(first + k, I64)))


def _by_k(builder: ir.IRBuilder, elements: Sequence[ir.Value]) -> Iterator[tuple[int, ir.Value]]:
    """Yield the numbers for each k of a register whose lanes are ordered by group, then row."""
    for number, element in enumerate(elements):
        for group in range(_GROUPS):
            row = [group * _EDGE + lane for lane in range(_EDGE)]
            yield group * len(elements) + number, picked(builder, element, element, row)


def _tiles(
    builder: ir.IRBuilder, form: Form, sources: Sequence[ir.Value]
) -> Iterator[tuple[int, int, list[ir.Value]]]:
    """Yield the panels of A and B that each 8x8 tile of C belongs to, and its even and odd columns."""
    fragment, kind = form.sources[2], form.problem.types["c"]
    step = 1 if kind == "f16" else 2
    for first in range(0, fragment.registers, step):
        tile = sources[first : first + step]
        pair = list(tile)
        if not form.single_bits:
            pair = [number for register in tile for number in numbers(Integers(builder, register), kind)]
        yield int(fragment.rows[first, 0, 0]) // _EDGE, int(fragment.columns[first, 0, 0]) // _EDGE, pair


def _rows_of(builder: ir.IRBuilder, pair: Sequence[ir.Value]) -> list[ir.Value]:
    """Return the rows of a tile, of which lane 4g + t holds columns 2t and 2t + 1 of row g."""
    even, odd = pair
    columns = [(column // 2, column % 2 * LANES) for column in range(_EDGE)]
    return [
        picked(builder, even, odd, [row * _GROUPS + lane + start for lane, start in columns])
        for row in range(_EDGE)
    ]


def _pair_of(builder: ir.IRBuilder, rows: Sequence[ir.Value]) -> list[ir.Value]:
    """Return the even and the odd columns of a tile, the way back."""
    tile = joined(builder, rows)
    return [picked(builder, tile, tile, range(parity, 2 * LANES, 2)) for parity in range(2)]


def _sums(
    builder: ir.IRBuilder,
    form: Form,
    a: tuple[_Panels, int],
    b: tuple[_Panels, int],
    start: Sequence[ir.Value],
) -> list[ir.Value]:
    """Return the rows of a tile: those of C and the products, added in ascending order of k."""
    sums = [local(builder, form.row) for _ in start]
    for total, row in zip(sums, start, strict=True):
        builder.store(row, total)
    with counted_loop(builder, constant(form.depth, I64)) as k:
        beside = builder.load(b[0].row(b[1], k), typ=form.row)
        below = a[0].row(a[1], k)
        for number, total in enumerate(sums):
            place = field(builder, below, number * form.number_bytes)
            element = _repeated(builder, builder.load(place, typ=form.number))
            builder.store(_added(builder, form, element, beside, builder.load(total, typ=form.row)), total)
    return [builder.load(total, typ=form.row) for total in sums]


def _repeated(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    undefined = ir.Constant(ir.VectorType(number.type, _EDGE), ir.Undefined)
    first = builder.insert_element(undefined, number, constant(0))
    return picked(builder, first, undefined, [0] * _EDGE)


def _added(builder: ir.IRBuilder, form: Form, a: ir.Value, b: ir.Value, total: ir.Value) -> ir.Value:
    """Return the sums with one more product; of single bits, with the pairs that combine to one."""
    if not form.single_bits:
        return call_intrinsic(builder, f"llvm.fma.v{_EDGE}f64", form.row, [a, b, total])
    combined = (builder.and_ if form.conjunction else builder.xor)(a, b)
    return builder.add(total, call_intrinsic(builder, f"llvm.ctpop.v{_EDGE}i32", form.row, [combined]))
