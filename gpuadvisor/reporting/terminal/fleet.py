"""A fleet on a terminal: its models, its GPUs if they are few, what stands out, what is missing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.fleet import FleetModel, FleetReport, FleetRow, Outlier
from gpuadvisor.reporting.numbers import counted, percent, seconds

MOST_ROWS = 32
"""More GPUs than that are not listed, unless asked for."""
MOST_NAMES = 4
"""Of GPUs with the same trouble."""


def render_fleet(report: FleetReport, console: Console, *, verbose: bool = False) -> None:
    """Print the fleet; `verbose` lists every GPU of a large one."""
    for model in report.models:
        _render_model(model, console)
    if verbose or len(report.rows) <= MOST_ROWS:
        console.print(_rows(report))
        console.print()
    for outlier in report.outliers:
        console.print(_outlier(outlier))
    for rule in dict.fromkeys(outlier.rule for outlier in report.outliers if outlier.rule):
        console.print(Text(f"  more: gpuadvisor rules show {rule}", style="dim"))
    for line in _missing(report.missing):
        console.print(line)
    console.print(_summary(report))


def _render_model(model: FleetModel, console: Console) -> None:
    notice = ", emulated: no GPU took part" if model.kind == "emulated" else ""
    console.print(Text.assemble((model.name, "bold cyan"), f"  {counted(model.devices, 'GPU')}{notice}"))
    if not model.judged:
        console.print(Text("  too few of them to tell which one stands out", style="yellow"))
    if model.drivers:
        drivers = ", ".join(f"{version} on {count}" for version, count in model.drivers.items())
        console.print(Text(f"  driver {drivers}", style="dim"))
    if model.figures:
        console.print(_figures(model))
    console.print()


def _figures(model: FleetModel) -> Table:
    table = _table("  level, median 100 %")
    for heading in ("lowest", "lower quartile", "slow below"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for figure in model.figures:
        levels = (figure.lowest, figure.lower_quartile, figure.threshold)
        provenance = Text(figure.provenance, style="dim")
        table.add_row(Text(f"  {figure.name}"), *(percent(level) for level in levels), provenance)
    return table


def _rows(report: FleetReport) -> Table:
    several = len(report.models) > 1
    table = _table("host", "device", *(["model"] if several else []))
    for heading in ("lowest level", "took"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    kinds: dict[int, list[Outlier]] = {}
    for outlier in report.outliers:
        kinds.setdefault(outlier.row, []).append(outlier)
    for number, row in enumerate(report.rows):
        table.add_row(
            Text(row.host),
            Text(row.device),
            *([Text(row.model or "")] if several else []),
            percent(min(row.levels.values())) if row.levels else "",
            seconds(row.seconds) if row.seconds is not None else "",
            _verdict(row, kinds.get(number, [])),
        )
    return table


def _table(*headings: str) -> Table:
    return Table(*headings, box=None, pad_edge=False, padding=(0, 2), header_style="dim")


def _verdict(row: FleetRow, outliers: Sequence[Outlier]) -> Text:
    if row.state != "probed":
        return Text(row.state, style="bold red")
    words = ", ".join(dict.fromkeys(outlier.kind for outlier in outliers))
    return Text(words, style="yellow") if words else Text("-", style="dim")


def _outlier(outlier: Outlier) -> Text:
    place = f"{outlier.host} {outlier.device}"
    return Text.assemble((f"{outlier.kind}: ", "yellow"), (place, "bold"), f" {outlier.message}")


def _missing(rows: Sequence[FleetRow]) -> Iterator[Text]:
    """Yield a line for each reason, with the GPUs it holds for."""
    places: dict[tuple[str, str | None], list[str]] = {}
    for row in rows:
        places.setdefault((row.state, row.reason), []).append(f"{row.host} {row.device}")
    for (state, reason), found in places.items():
        more = f" and {len(found) - MOST_NAMES:,} more" if len(found) > MOST_NAMES else ""
        named = f"{', '.join(found[:MOST_NAMES])}{more}"
        yield Text.assemble((f"{state}: ", "bold red"), (named, "bold"), f" {reason}")


def _summary(report: FleetReport) -> Text:
    states = Counter(row.state for row in report.rows)
    odd = len({outlier.row for outlier in report.outliers})
    parts = [f"{states.pop('probed', 0):,} of {counted(len(report.rows), 'GPU')} probed"]
    parts += [f"{count:,} {state}" for state, count in states.items()]
    parts.append(f"{odd:,} {'stands' if odd == 1 else 'stand'} out" if odd else "none stands out")
    return Text(", ".join(parts), style="bold")
