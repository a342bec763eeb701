"""What the memory instructions and branches of one source line do, in a few words each."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from gpuadvisor.model.counters import LineCounts
from gpuadvisor.model.kernel import Access, Branch, BranchPath, KernelProfile
from gpuadvisor.model.traffic import Contention, Reuse, Trace
from gpuadvisor.reporting.numbers import byte_size, counted, percent, plain

_MOST_ROWS = 6
_WASTEFUL = 1.25
_REUSED = 1.05
_FULL_WARP = 31.95

Row = tuple[str, str]
"""What it is about, and what is to be said of it."""


def line_details(kernel: KernelProfile, line: LineCounts, *, verbose: bool) -> Table:
    """Return rows for the accesses, reuse and branches of a line; long lists are cut unless `verbose`."""
    rows = list(_rows(kernel, line))
    shown = rows if verbose else rows[:_MOST_ROWS]
    table = Table.grid(padding=(0, 2))
    for subject, text in shown:
        table.add_row(Text(f"    {subject}", style="dim"), Text(text))
    if len(shown) < len(rows):
        table.add_row(Text(""), Text(f"and {len(rows) - len(shown)} more (--verbose)", style="dim"))
    return table


def _rows(kernel: KernelProfile, line: LineCounts) -> Iterator[Row]:
    place = (line.file, line.line)
    here = [access for access in kernel.accesses if (access.file, access.line) == place]
    for alike in _groups(here):
        yield _subject(alike[0]), _access_text(alike)
    if line.load_reuse is not None and line.load_reuse.in_block >= _REUSED:
        yield "reuse", _reuse_text(line.load_reuse)
    split = [b for b in kernel.branches if (b.file, b.line) == place and b.divergent]
    for branch in sorted(split, key=lambda branch: -branch.divergent):
        yield "branch", _branch_text(branch)


def _groups(accesses: Sequence[Access]) -> list[list[Access]]:
    """Return accesses that look alike together, as unrolling makes them; those that cost most first."""
    groups: dict[tuple[object, ...], list[Access]] = {}
    for access in accesses:
        key = (access.space, access.operation, access.variable, access.bytes_per_thread, access.pattern)
        groups.setdefault(key, []).append(access)
    return sorted(groups.values(), key=lambda alike: -_sum(alike, "sectors") - _sum(alike, "wavefronts"))


def _sum(accesses: Sequence[Access], name: str) -> int:
    return sum(getattr(access, name) for access in accesses)


def _subject(access: Access) -> str:
    target = f" `{access.variable}`" if access.variable else ""
    return f"{access.space} {access.operation}{target}"


def _access_text(alike: Sequence[Access]) -> str:
    requests, first = _sum(alike, "requests"), alike[0]
    threads = sum(access.active_threads * access.requests for access in alike) / requests
    parts = [first.pattern, f"{requests:,} requests{_bytes(alike, requests)}{_cost(alike, requests)}"]
    if threads < _FULL_WARP:
        parts.append(f"{counted(threads, 'thread')} active")
    if first.contention is not None:
        parts.append(_contention_text(first.contention))
    return "; ".join(part for part in parts if part)


def _cost(alike: Sequence[Access], requests: int) -> str:
    unit = "wavefront" if alike[0].space == "shared" else "sector"
    found, ideal = _sum(alike, f"{unit}s"), _sum(alike, f"ideal_{unit}s")
    if not found:
        return ""
    wasteful = found > _WASTEFUL * ideal and alike[0].operation != "atomic"
    enough = f" where {plain(ideal / requests)} would do" if wasteful else ""
    return f", {counted(found / requests, unit)} each{enough}"


def _bytes(alike: Sequence[Access], requests: int) -> str:
    known = [(a.distinct_bytes_per_request, a.requests) for a in alike]
    if any(each is None for each, _ in known):
        return ""
    return f" of {byte_size(sum((each or 0.0) * count for each, count in known) / requests)}"


def _contention_text(contention: Contention) -> str:
    everywhere = f"{counted(contention.lanes_per_address, 'thread')} of a request at an address"
    worst = f"at worst {contention.worst_lanes}"
    hottest = f"the hottest address gets {percent(contention.hottest_share)}"
    return f"{everywhere}; {worst}, and {hottest} ({_scope(contention.trace)})"


def _reuse_text(reuse: Reuse) -> str:
    data = byte_size(reuse.distinct_bytes_per_block)
    text = f"a block loads each sector of its {data} {plain(reuse.in_block)} times"
    if reuse.trace.blocks > 1 and reuse.in_sample > _REUSED * reuse.in_block:
        text += f", all traced blocks together {plain(reuse.in_sample)} times"
    return f"{text} ({_scope(reuse.trace)})"


def _scope(trace: Trace) -> str:
    blocks = f"traced: {counted(trace.blocks, 'block')}"
    return blocks if trace.complete else f"{blocks}, {trace.requests_per_warp} requests of each warp"


def _branch_text(branch: Branch) -> str:
    text = f"{branch.divergent:,} of {branch.executions:,} executions split the warp"
    if branch.taken is None or branch.passed is None:
        return text
    return f"{text}: {_way_text(branch.taken)} jump, {_way_text(branch.passed)} go on"


def _way_text(way: BranchPath) -> str:
    threads = counted(way.divergent_threads or 0.0, "thread")
    length = "round a loop" if way.instructions is None else counted(way.instructions, "instruction")
    return f"{threads} ({length})"
