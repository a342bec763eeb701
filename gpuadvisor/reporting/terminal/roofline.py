"""The roofline of a machine: where its roofs meet, as a table, and drawn."""

from collections.abc import Iterator
from math import ceil, floor, log2

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.comparison import Roofline
from gpuadvisor.reporting.canvas import Canvas
from gpuadvisor.reporting.numbers import decimal, plain

ROWS = 11
MOST_COLUMNS = 64
LEAST_COLUMNS = 24
"""Of the drawing; a terminal with less room gets the table alone."""
LEFT, RIGHT = 12, 18
"""Columns for the names of memories and of data types."""


def render_roofline(roofline: Roofline, console: Console) -> None:
    """Print the ridge points and, where there is room, the roofs."""
    if not roofline.memory or not roofline.compute:
        return
    console.print()
    origins = {roof.provenance for roof in roofline.memory} | {roof.provenance for roof in roofline.compute}
    said = f", all {next(iter(origins))}" if len(origins) == 1 else ""
    heading = f"  operations per byte at which each memory suffices{said}"
    console.print(Text.assemble(("Roofline", "bold"), (heading, "dim")))
    console.print(_table(roofline, marked=len(origins) > 1))
    columns = min(MOST_COLUMNS, console.width - LEFT - RIGHT)
    if columns >= LEAST_COLUMNS:
        ascii_only = not console.encoding.lower().startswith("utf")
        for line in _drawing(roofline, columns, ascii_only=ascii_only):
            console.print(Text(line.rstrip()), no_wrap=True, overflow="crop")


def _table(roofline: Roofline, *, marked: bool) -> Table:
    """Return the ridge points; `marked` says of each roof where it is from."""
    table = Table("", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for memory in roofline.memory:
        rate = decimal(memory.bytes_per_second, "B/s")
        origin = f"\n{memory.provenance}" if marked else ""
        table.add_column(f"{memory.name}\n{rate}{origin}", justify="right")
    table.add_column("")
    points = {(ridge.compute, ridge.memory): plain(ridge.operations_per_byte) for ridge in roofline.ridges}
    for compute in roofline.compute:
        rate = f"{_rate(compute.name, compute.operations_per_second)}  "
        table.add_row(
            Text(f"  {compute.name}"),
            *(points[compute.name, memory.name] for memory in roofline.memory),
            Text.assemble(rate, (compute.provenance if marked else "", "dim")),
        )
    return table


def _rate(name: str, operations_per_second: float) -> str:
    return decimal(operations_per_second, "op/s" if name.startswith("INT") else "FLOP/s")


def _drawing(roofline: Roofline, columns: int, *, ascii_only: bool) -> Iterator[str]:
    """Yield the lines: both axes logarithmic, slopes named at the left, ceilings at the right."""
    ridges = [log2(ridge.operations_per_byte) for ridge in roofline.ridges]
    left, right = floor(min(ridges)) - 1, ceil(max(ridges)) + 1
    highest = log2(max(roof.operations_per_second for roof in roofline.compute))
    lowest = log2(roofline.memory[0].bytes_per_second) + left
    top, bottom = highest + 0.25, lowest
    canvas = Canvas(columns, ROWS, ascii_only=ascii_only)

    def place(intensity: float, operations: float) -> tuple[float, float]:
        return (intensity - left) / (right - left), (operations - bottom) / (top - bottom)

    names: dict[int, list[str]] = {}
    for memory in roofline.memory:
        rate = log2(memory.bytes_per_second)
        canvas.line(place(left, left + rate), place(highest - rate, highest))
        names.setdefault(canvas.row(place(left, left + rate)[1]), []).append(memory.name)
    fastest = log2(roofline.memory[-1].bytes_per_second)
    ceilings: dict[int, list[str]] = {}
    for compute in reversed(roofline.compute):
        height = log2(compute.operations_per_second)
        canvas.line(place(height - fastest, height), place(right, height))
        ceilings.setdefault(canvas.row(place(right, height)[1]), []).append(compute.name)
    for number, line in enumerate(canvas.lines()):
        slopes, roofs = "/".join(names.get(number, [])), ", ".join(ceilings.get(number, []))
        yield f"  {slopes:>{LEFT - 3}} {line} {roofs}"
    yield f"  {'':{LEFT - 3}} {_axis(left, right, columns)} operations/byte"


def _axis(left: int, right: int, columns: int) -> str:
    """Return the marks of the powers of two below the drawing, as many as fit."""
    axis = [" "] * columns
    free = 0
    for power in range(left, right + 1):
        mark = plain(2.0**power) if power >= 0 else f"1/{2**-power}"
        start = round((power - left) / (right - left) * (columns - 1))
        if free <= start <= columns - len(mark):
            axis[start : start + len(mark)] = mark
            free = start + len(mark) + 3
    return "".join(axis)
