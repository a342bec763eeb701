"""Trends of facts over the runs of the gate."""

from collections.abc import Sequence
from itertools import groupby

import msgspec
from rich.console import Console
from rich.text import Text

from gpuadvisor.gating.history import Point, Series
from gpuadvisor.reporting.numbers import quantity
from gpuadvisor.reporting.sparkline import sparkline

Trend = tuple[Series, Sequence[int]]
"""A fact and the positions at which it changed."""
_MOST_POINTS = 40
_REVISION_DIGITS = 10


def trends_document(trends: Sequence[Trend]) -> bytes:
    """Return the trends as JSON."""
    content = [
        {
            "item": series.item,
            "fact": series.fact,
            "unit": series.unit,
            "provenance": series.provenance,
            "points": [
                {"created": each.created, "revision": each.revision, "value": each.value}
                for each in series.points
            ],
            "changes": list(changes),
        }
        for series, changes in trends
    ]
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def render_trends(trends: Sequence[Trend], *, unchanged: int, console: Console | None = None) -> None:
    """Print a line for every fact and one for each of its changes."""
    console = console or Console()
    for item, group in groupby(trends, key=lambda trend: trend[0].item):
        console.print(Text(item, style="bold"), soft_wrap=True)
        for series, changes in group:
            _render(console, series, changes)
    if unchanged:
        facts = "1 fact" if unchanged == 1 else f"{unchanged} facts"
        console.print(Text(f"{facts} never changed; --all shows them", style="dim"))


def _render(console: Console, series: Series, changes: Sequence[int]) -> None:
    last = quantity(series.points[-1].value, series.unit)
    line = Text.assemble(f"  {series.fact:28} ", (_curve(series), "cyan"), f" {last} ")
    line.append(f"[{series.provenance}, {len(series.points)} runs]", style="dim")
    console.print(line, soft_wrap=True)
    for position in changes:
        old, new = series.points[position - 1], series.points[position]
        change = f"{quantity(old.value, series.unit)} to {quantity(new.value, series.unit)}"
        console.print(Text(f"    {_when(new)}: {change}{_compiler(old, new)}"), soft_wrap=True)


def _curve(series: Series) -> str:
    values = [float(point.value) for point in series.points if isinstance(point.value, int | float)]
    return sparkline(values[-_MOST_POINTS:])


def _when(point: Point) -> str:
    revision = f" at {point.revision[:_REVISION_DIGITS]}" if point.revision else ""
    return f"{point.created:%Y-%m-%d %H:%M}{revision}"


def _compiler(old: Point, new: Point) -> str:
    return f" (with {new.compiler} after {old.compiler})" if old.compiler != new.compiler else ""
