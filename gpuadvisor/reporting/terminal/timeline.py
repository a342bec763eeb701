"""A run: how busy the GPU was, what took its time, what it waited for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.report import Disagreement, Report
from gpuadvisor.model.timeline import Gaps, KernelActivity, TimelineDevice, TimelineProfile
from gpuadvisor.reporting.numbers import byte_size, counted, percent, ratio, seconds
from gpuadvisor.reporting.terminal.sampled import sampled_lines
from gpuadvisor.reporting.terminal.workload import operator_rows, workload_lines

MOST_ROWS = 10
NUMBERS_WIDTH = 48
"""Columns that the figures beside a kernel's name need."""
LEAST_NAME = 12
_CAUSES = {
    "host": "the host launched late",
    "synchronization": "the host waited for the GPU",
    "allocator": "the host allocated or freed",
    "copy": "copies and memsets",
    "queued": "launched, not yet started",
    "unknown": "unknown",
}


def render_timelines(report: Report, console: Console, *, verbose: bool) -> None:
    """Print every run; `verbose` prints all rows of each table."""
    for timeline in report.timelines:
        _render(timeline, console, None if verbose else MOST_ROWS)
    render_disagreements(report.disagreements, console)


def render_disagreements(disagreements: Sequence[Disagreement], console: Console) -> None:
    """Print where several files tell different things of one kernel."""
    if not disagreements:
        return
    console.print()
    console.print(Text("The sources disagree", style="bold yellow"))
    for each in disagreements:
        console.print(Text(f"  {each.kernel}: {each.quantity.replace('_', ' ')}"))
        for claim in each.claims:
            value = "x".join(map(str, claim.value)) if isinstance(claim.value, tuple) else str(claim.value)
            text = Text(f"    {value} {each.unit}  ")
            console.print(text.append(f"{claim.source}, {claim.provenance}", style="dim"))


def _render(timeline: TimelineProfile, console: Console, most: int | None) -> None:
    console.print()
    console.print(_heading(timeline))
    for device in timeline.devices:
        console.print(Text(f"  {_device(device)}"))
    if timeline.steps is not None:
        steps = timeline.steps
        console.print(
            Text(f"  {counted(steps.count, 'step')}, {seconds(steps.median_seconds)} in the median")
        )
    for line in (*workload_lines(timeline), *sampled_lines(timeline)):
        console.print(Text(f"  {line}"))
    room = max(LEAST_NAME, console.width - NUMBERS_WIDTH)
    tables = _kernels(timeline, most, room), _copies(timeline), _gaps(timeline), _waits(timeline, most)
    for table in (*tables, _operators(timeline, most, room)):
        if table.row_count:
            console.print(table)
    for note in timeline.notes:
        console.print(Text(f"  note: {note}", style="dim"))


def _operators(timeline: TimelineProfile, most: int | None, room: int) -> Table:
    """Return the host's operators where all is asked for, or where there is nothing of a GPU to tell."""
    table = _table("operators, with those they call", "time", "count")
    if most is None or not timeline.kernels:
        for name, *cells in operator_rows(timeline, most):
            table.add_row(Text(f"  {_short(name, room)}"), *cells)
    return table


def _heading(timeline: TimelineProfile) -> Text:
    rank = "" if timeline.rank is None else f"rank {timeline.rank} of {timeline.world_size or '?'}, "
    return Text.assemble(
        (timeline.source, "bold cyan"),
        f"  {rank}{seconds(timeline.span_seconds)} recorded  ",
        (f"{timeline.provenance}", "dim"),
    )


def _device(device: TimelineDevice) -> str:
    name = f"GPU {device.index}" + (f" ({device.name})" if device.name else "")
    span = device.span_seconds
    busy = percent(device.busy_seconds / span) if span else "-"
    kernels = percent(device.kernel_seconds / span) if span else "-"
    return f"{name}: busy {busy} of {seconds(span)}, with kernels {kernels}"


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2), show_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(
            f"  {heading}" if index == 0 else heading,
            justify="left" if index == 0 else "right",
            no_wrap=index > 0,
        )
    return table


def _kernels(timeline: TimelineProfile, most: int | None, room: int) -> Table:
    """Return the kernels with the most time, by name; shapes of one kernel are added up."""
    table = _table("kernels", "time", "share", "launches", "each")
    total = sum(kernel.total_seconds for kernel in timeline.kernels)
    named: defaultdict[str, list[KernelActivity]] = defaultdict(list)
    for kernel in timeline.kernels:
        named[kernel.name].append(kernel)
    rows = sorted(named.items(), key=lambda item: -_total(item[1]))
    for name, kernels in rows[:most]:
        time, count = _total(kernels), sum(kernel.count for kernel in kernels)
        share = percent(time / total) if total else "-"
        table.add_row(
            Text(f"  {_short(name, room)}"), seconds(time), share, f"{count:,}", seconds(time / count)
        )
    if len(rows) > len(rows[:most]):
        table.add_row(Text(f"  and {len(rows) - len(rows[:most])} more (--verbose)", style="dim"))
    return table


def _total(kernels: Iterable[KernelActivity]) -> float:
    return sum(kernel.total_seconds for kernel in kernels)


def _short(name: str, room: int) -> str:
    """Return a kernel's name without `void`, cut to so many characters: templates can be pages long."""
    plain = name.removeprefix("void ")
    return plain if len(plain) <= room else f"{plain[: room - 3]}..."


def _copies(timeline: TimelineProfile) -> Table:
    table = _table("copies", "time", "bytes", "count", "GB/s")
    for copy in timeline.copies:
        memory = f", {copy.host_memory}" if copy.host_memory else ""
        style = "bold yellow" if copy.host_memory == "pageable" else ""
        rate = ratio(round(copy.total_bytes / 1e9, 6), copy.total_seconds)
        cells = (seconds(copy.total_seconds), byte_size(copy.total_bytes), f"{copy.count:,}", rate)
        table.add_row(Text(f"  {copy.kind.replace('-', ' ')}{memory}", style=style), *cells)
    return table


def _gaps(timeline: TimelineProfile) -> Table:
    table = _table("without kernels", "time", "gaps", "mostly of")
    by_cause: defaultdict[str, list[Gaps]] = defaultdict(list)
    for gaps in timeline.gaps:
        by_cause[gaps.cause].append(gaps)
    for cause, found in sorted(by_cause.items(), key=lambda item: -_lost(item[1])):
        count = sum(gaps.count for gaps in found)
        largest = max(found, key=lambda gaps: gaps.total_seconds)
        table.add_row(f"  {_CAUSES[cause]}", seconds(_lost(found)), f"{count:,}", _size(largest))
    return table


def _lost(gaps: Iterable[Gaps]) -> float:
    return sum(each.total_seconds for each in gaps)


def _size(gaps: Gaps) -> str:
    if gaps.below_seconds is None:
        return f"{seconds(gaps.at_least_seconds)} and more"
    if not gaps.at_least_seconds:
        return f"less than {seconds(gaps.below_seconds)}"
    return f"{seconds(gaps.at_least_seconds)} to {seconds(gaps.below_seconds)}"


def _waits(timeline: TimelineProfile, most: int | None) -> Table:
    table = _table("host's calls", "time", "count", "longest")
    for calls in (timeline.api_calls or [])[:most]:
        cells = seconds(calls.total_seconds), f"{calls.count:,}", seconds(calls.max_seconds)
        table.add_row(Text(f"  {calls.name}"), *cells)
    return table
