"""The function that multiplies two matrices, for one shape and combination of types.

Results have the bits of `semantics.matrix`: products are added to C in ascending order of k, in double
precision, by fused multiply-adds. For the narrow types the product of two elements is exact, so that fusing
changes nothing; f64 is fused there too; and doubles hold all sums of integers exactly.
"""

from collections.abc import Callable, Iterator, Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Integers, call_intrinsic
from gpuadvisor.emulator.native.matrix_elements import numbers, registers
from gpuadvisor.emulator.native.matrix_form import EDGE, Form
from gpuadvisor.emulator.native.matrix_panels import Panels, spread, spread_columns
from gpuadvisor.emulator.native.vectors import (
    I32,
    I64,
    LANES,
    constant,
    counted_loop,
    joined,
    local,
    picked,
)

_GROUPS = 4
_Beside = Callable[[ir.Value, int], ir.Value]
"""From k and the number of a row of a tile to the row of B that its element for k is multiplied with."""


def multiplied(builder: ir.IRBuilder, form: Form, sources: Sequence[ir.Value]) -> list[ir.Value]:
    """Emit the product; from the registers of A, B and C, and the metadata of a sparse A, to those of D."""
    a, b, c = (fragment.registers for fragment in form.sources)
    panels_a = spread(builder, form, "a", sources[:a])
    panels_b = spread(builder, form, "b", sources[a : a + b])
    sparsity, metadata = form.problem.sparsity, sources[a + b + c :]
    columns = None if sparsity is None else spread_columns(builder, sparsity, metadata[0])
    results: list[ir.Value] = []
    for below, across, pair in _tiles(builder, form, sources[a + b : a + b + c]):
        beside = _rows_beside(builder, form, panels_b, across)
        if columns is not None:
            beside = _chosen_rows(builder, form, panels_b, columns, below)
        sums = _sums(builder, form, (panels_a, below), beside, _rows_of(builder, pair))
        sum_pair = _pair_of(builder, sums)
        results += registers(builder, sum_pair, form.problem.types["d"], saturate=form.saturates)
    return results


def _rows_beside(builder: ir.IRBuilder, form: Form, panels: Panels, panel: int) -> _Beside:
    return lambda k, _row: builder.load(panels.row(panel, k), typ=form.row)


def _chosen_rows(builder: ir.IRBuilder, form: Form, panels: Panels, columns: Panels, below: int) -> _Beside:
    """Return the row of B that belongs to the column of A's element; B has one panel."""

    def beside(k: ir.Value, row: int) -> ir.Value:
        column = builder.load(columns.place(below, k, row), typ=I32)
        return builder.load(panels.row(0, builder.zext(column, I64)), typ=form.row)

    return beside


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
        yield int(fragment.rows[first, 0, 0]) // EDGE, int(fragment.columns[first, 0, 0]) // EDGE, pair


def _rows_of(builder: ir.IRBuilder, pair: Sequence[ir.Value]) -> list[ir.Value]:
    """Return the rows of a tile, of which lane 4g + t holds columns 2t and 2t + 1 of row g."""
    even, odd = pair
    columns = [(column // 2, column % 2 * LANES) for column in range(EDGE)]
    return [
        picked(builder, even, odd, [row * _GROUPS + lane + start for lane, start in columns])
        for row in range(EDGE)
    ]


def _pair_of(builder: ir.IRBuilder, rows: Sequence[ir.Value]) -> list[ir.Value]:
    """Return the even and the odd columns of a tile, the way back."""
    tile = joined(builder, rows)
    return [picked(builder, tile, tile, range(parity, 2 * LANES, 2)) for parity in range(2)]


def _sums(
    builder: ir.IRBuilder, form: Form, a: tuple[Panels, int], beside: _Beside, start: Sequence[ir.Value]
) -> list[ir.Value]:
    """Return the rows of a tile: those of C and the products, added in ascending order of k."""
    panels, panel = a
    sums = [local(builder, form.row) for _ in start]
    for total, row in zip(sums, start, strict=True):
        builder.store(row, total)
    with counted_loop(builder, constant(form.depth("a"), I64)) as k:
        for number, total in enumerate(sums):
            element = builder.load(panels.place(panel, k, number), typ=form.number)
            factors = _repeated(builder, element), beside(k, number)
            builder.store(_added(builder, form, factors, builder.load(total, typ=form.row)), total)
    return [builder.load(total, typ=form.row) for total in sums]


def _repeated(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    undefined = ir.Constant(ir.VectorType(number.type, EDGE), ir.Undefined)
    first = builder.insert_element(undefined, number, constant(0))
    return picked(builder, first, undefined, [0] * EDGE)


def _added(
    builder: ir.IRBuilder, form: Form, factors: tuple[ir.Value, ir.Value], total: ir.Value
) -> ir.Value:
    """Return the sums with one more product; of single bits, with the pairs that combine to one."""
    if not form.single_bits:
        return call_intrinsic(builder, f"llvm.fma.v{EDGE}f64", form.row, [*factors, total])
    combined = (builder.and_ if form.conjunction else builder.xor)(*factors)
    return builder.add(total, call_intrinsic(builder, f"llvm.ctpop.v{EDGE}i32", form.row, [combined]))
