"""One kernel: its launch, what the compiler gave it, what was counted, and its hot lines in context."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.reporting.numbers import byte_size, percent, ratio, seconds
from gpuadvisor.reporting.terminal.findings import render_findings
from gpuadvisor.reporting.terminal.lines import ACCESSES, render_lines

_LEFT = ("  accesses", "")
_ACCESS_HEADINGS = ("  accesses", "requests", "per request", "ideal", "")
NARROW_COLUMNS = 60
"""Below this the table of accesses keeps only what decides."""


def render_kernel(
    kernel: KernelProfile, console: Console, sources: Mapping[str, str], *, verbose: bool = False
) -> None:
    """Print one kernel; `verbose` adds a table of its source lines."""
    console.print()
    console.print(_heading(kernel))
    facts = Table.grid(padding=(0, 2))
    for name, text, provenance in _facts(kernel):
        facts.add_row(Text(f"  {name}", style="dim"), Text(text), Text(provenance, style="dim"))
    console.print(facts)
    if kernel.counters is not None:
        console.print(_access_table(kernel.counters, narrow=console.width < NARROW_COLUMNS))
    render_findings(kernel, console, sources)
    render_lines(kernel, console, sources, verbose=verbose)
    for note in kernel.notes:
        console.print(Text(f"  note: {note}", style="dim"))


def _heading(kernel: KernelProfile) -> Text:
    location = kernel.source if kernel.line is None else f"{kernel.source}:{kernel.line}"
    launch = kernel.launch
    shape = "x".join(map(str, launch.grid)) + " blocks of " + "x".join(map(str, launch.block))
    return Text.assemble(
        (kernel.name, "bold cyan"), f"  {location}  {shape} threads  ", (kernel.device, "dim")
    )


def _facts(kernel: KernelProfile) -> list[tuple[str, str, str]]:
    rows = []
    if (resources := kernel.resources) is not None:
        text = (
            f"{resources.registers_per_thread} registers per thread, "
            f"{byte_size(resources.static_shared_bytes + kernel.launch.dynamic_shared_bytes)} shared memory"
        )
        if resources.spill_bytes is not None:
            text += f", {byte_size(resources.spill_bytes)} spilled"
        maker = f" by {resources.compiler}" if resources.compiler else ""
        rows.append(("resources", text, f"{resources.provenance}{maker}"))
    if (occupancy := kernel.occupancy) is not None:
        text = (
            f"{percent(occupancy.theoretical)}: {occupancy.blocks_per_sm} blocks, {occupancy.warps_per_sm} "
            f"warps per multiprocessor; limited by {', '.join(occupancy.limiters)}"
        )
        rows.append(("occupancy", text, occupancy.provenance))
    if (counters := kernel.counters) is not None:
        rows += [("threads", text, counters.provenance) for text in _threads(counters)]
        ran = "all" if counters.blocks_run == counters.blocks_total else f"{counters.blocks_run:,} of"
        rows.append(("blocks run", f"{ran} {counters.blocks_total:,}", counters.provenance))
    if (time := kernel.time) is not None:
        bounds = f"; bound by {time.bound_by}" if time.bound_by else ""
        following = f", next {time.next_bound_by}" if time.next_bound_by else ""
        rows.append(("time", seconds(time.seconds) + bounds + following, time.provenance))
    return rows


def _threads(counters: KernelCounters) -> Iterator[str]:
    """Yield what is known of how threads went together, as one line."""
    told = []
    if counters.tells("thread_instructions", "warp_instructions"):
        per_instruction = ratio(counters.thread_instructions, counters.warp_instructions)
        told.append(f"{per_instruction} of 32 active per instruction")
    if counters.tells("branches", "divergent_branches"):
        level = " (in PTX)" if counters.provenance is Provenance.COUNTED else ""
        told.append(f"{counters.divergent_branches:,} of {counters.branches:,} branches divergent{level}")
    if told:
        yield "; ".join(told)


def _access_table(counters: KernelCounters, *, narrow: bool) -> Table:
    table = Table(box=None, padding=(0, 2), show_edge=False)
    headings = ("  accesses", "per request", "") if narrow else _ACCESS_HEADINGS
    for heading in headings:
        table.add_column(heading, justify="left" if heading in _LEFT else "right")
    for title, prefix, unit in ACCESSES:
        requests = getattr(counters, f"{prefix}_requests")
        if not requests:
            continue
        if not counters.tells(f"{prefix}_{unit}"):
            continue
        found = getattr(counters, f"{prefix}_{unit}")
        ideal = getattr(counters, f"{prefix}_ideal_{unit}", None)
        if not counters.tells(f"{prefix}_ideal_{unit}"):
            ideal = None
        wasteful = ideal is not None and found > 1.25 * ideal
        per_request = Text(ratio(found, requests), style="bold yellow" if wasteful else "")
        least = "" if ideal is None else ratio(ideal, requests)
        cells = (per_request,) if narrow else (f"{requests:,}", per_request, least)
        table.add_row(f"  {title}", *cells, Text(unit, style="dim"))
    return table
