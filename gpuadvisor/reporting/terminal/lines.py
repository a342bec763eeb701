"""The source lines of a kernel: the hot ones in context, and on request all of them as a table."""

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.counters import Counts, KernelCounters, LineCounts
from gpuadvisor.model.hot_lines import hot_lines
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.reporting.numbers import ratio
from gpuadvisor.reporting.terminal.accesses import line_details

ACCESSES = (
    ("global loads", "global_load", "sectors"),
    ("global stores", "global_store", "sectors"),
    ("global atomics", "global_atomic", "sectors"),
    ("texture fetches", "texture", "sectors"),
    ("surface loads", "surface_load", "sectors"),
    ("surface stores", "surface_store", "sectors"),
    ("surface atomics", "surface_atomic", "sectors"),
    ("shared loads", "shared_load", "wavefronts"),
    ("shared stores", "shared_store", "wavefronts"),
    ("shared atomics", "shared_atomic", "wavefronts"),
)
_HEADINGS = ("line", "instr.", "sectors", "ideal", "waves", "ideal", "reuse", "split")
_LEGEND = (
    "sectors and wavefronts of a load or store, and the fewest that would do; reuse: loads of each sector "
    "in a block; split: executions of branches that diverge"
)


def render_lines(
    kernel: KernelProfile, console: Console, sources: Mapping[str, str], *, verbose: bool
) -> None:
    """Print the hot lines with what happens on them; `verbose` puts a table of all lines before them."""
    if verbose and kernel.counters is not None and kernel.lines:
        console.print(_line_table(kernel, kernel.counters))
        console.print(Padding(Text(_LEGEND, style="dim"), (0, 0, 0, 2)))
    for line in hot_lines(kernel):
        _render_line(line, console, sources.get(line.file))
        details = line_details(kernel, line, verbose=verbose)
        if details.row_count:
            console.print(details)


def _line_table(kernel: KernelProfile, counters: KernelCounters) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    files = {line.file for line in kernel.lines}
    for heading in _HEADINGS:
        table.add_column(f"  {heading}" if heading == "line" else heading, justify="right")
    for line in kernel.lines:
        place = f"  {line.line}" if len(files) == 1 else f"  {line.file}:{line.line}"
        table.add_row(place, *_cells(line, counters))
    return table


def _cells(line: LineCounts, counters: KernelCounters) -> list[str]:
    cells = [_share(line.warp_instructions, counters.warp_instructions)]
    for space, unit in (("global", "sectors"), ("shared", "wavefronts")):
        cells += [_per_request(line, space, unit), _per_request(line, space, f"ideal_{unit}")]
    reuse = "" if line.load_reuse is None else f"{line.load_reuse.in_block:.3g}x"
    return [*cells, reuse, _share(line.divergent_branches, line.branches)]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


def _per_request(line: LineCounts, space: str, unit: str) -> str:
    """Return a count of the line's loads and stores together, for each of them."""
    requests, found = (
        sum(getattr(line, f"{space}_{operation}_{name}") for operation in ("load", "store"))
        for name in ("requests", unit)
    )
    return ratio(found, requests) if requests else ""


def _render_line(line: LineCounts, console: Console, source: str | None) -> None:
    console.print(Text(f"  {line.file}:{line.line}  {_summary(line)}", style="yellow"))
    if source is None:
        return
    text = source.splitlines()
    for number in range(max(1, line.line - 1), min(len(text), line.line + 1) + 1):
        marker = ">" if number == line.line else " "
        console.print(
            Text(f"  {marker}{number:5} | {text[number - 1]}", style="" if number == line.line else "dim"),
            no_wrap=True,
            overflow="ellipsis",
        )


def _summary(line: Counts) -> str:
    parts = [
        f"{title} {ratio(getattr(line, f'{prefix}_{unit}'), requests)} {unit} per request"
        for title, prefix, unit in ACCESSES
        if (requests := getattr(line, f"{prefix}_requests"))
    ]
    if line.divergent_branches:
        parts.append(f"{line.divergent_branches:,} of {line.branches:,} branches divergent")
    return "; ".join(parts) or f"{line.warp_instructions:,} warp instructions"
