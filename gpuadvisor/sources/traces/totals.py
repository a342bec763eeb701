"""What ran how often and how long: kernels, copies, memsets, API calls and steps of a recording."""

from collections import Counter, defaultdict

import numpy as np

from gpuadvisor.model.timeline import ApiCalls, CopyActivity, KernelActivity, MemsetActivity, Steps
from gpuadvisor.sources.traces.api_names import api_name, communicates, tensor_cores
from gpuadvisor.sources.traces.columns import Columns
from gpuadvisor.sources.traces.kernel_kinds import precision, role
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.summaries import Summary, summarize, sums
from gpuadvisor.sources.traces.text import visible

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def kernels(recording: Recording) -> list[KernelActivity]:
    """Return the kernels by name and shape, those with the most seconds first."""
    groups = recording.kernel_groups.keys()
    found = [
        KernelActivity(
            name=visible(group.name),
            count=summary.count,
            total_seconds=summary.total,
            median_seconds=summary.median,
            max_seconds=summary.maximum,
            tensor_cores=tensor_cores(group.name),
            communication=communicates(group.name),
            role=role(group.name),
            precision=precision(group.name),
            **group.shape._asdict(),
        )
        for group, summary in zip(groups, _summaries(recording, recording.kernels, len(groups)), strict=True)
    ]
    return sorted(found, key=lambda kernel: -kernel.total_seconds)


def copies(recording: Recording) -> list[CopyActivity]:
    """Return the copies by kind, those with the most seconds first."""
    groups = recording.copy_groups.keys()
    table = recording.copies.table()
    sizes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    classes = np.frexp(np.maximum(table.number, 1).astype(np.float64))[1] - 1
    pairs, counts = np.unique(np.stack([table.group, classes]), axis=1, return_counts=True)
    for (group, exponent), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        sizes[group][exponent] = count
    rows = zip(groups, _summaries(recording, recording.copies, len(groups)), strict=True)
    found = [
        CopyActivity(
            kind=group.kind,
            host_memory=group.host_memory,
            count=summary.count,
            total_bytes=total,
            total_seconds=summary.total,
            max_seconds=summary.maximum,
            sizes={_size(exponent): count for exponent, count in sorted(sizes[number].items())},
        )
        for number, ((group, summary), total) in enumerate(zip(rows, sums(table, len(groups)), strict=True))
    ]
    return sorted(found, key=lambda copy: -copy.total_seconds)


def memsets(recording: Recording) -> list[MemsetActivity]:
    """Return the memsets by device."""
    table, lanes = recording.memsets.table(), recording.lanes.keys()
    lasting = (table.end - table.start) / recording.ticks_per_second
    counts = np.bincount(table.lane, minlength=len(lanes))
    sizes = np.bincount(table.lane, weights=table.number.astype(np.float64), minlength=len(lanes))
    seconds = np.bincount(table.lane, weights=lasting, minlength=len(lanes))
    lanes_of: defaultdict[int, list[int]] = defaultdict(list)
    for number in np.flatnonzero(counts).tolist():
        lanes_of[lanes[number].device].append(number)
    return [
        MemsetActivity(
            device=device,
            count=int(counts[numbers].sum()),
            total_bytes=int(sizes[numbers].sum()),
            total_seconds=float(seconds[numbers].sum()),
        )
        for device, numbers in sorted(lanes_of.items())
    ]


def api_calls(recording: Recording) -> list[ApiCalls] | None:
    """Return the API calls by function, those with the most seconds first; None where there are none."""
    names = recording.call_names.keys()
    if not names:
        return None
    rows = zip(names, _summaries(recording, recording.calls, len(names)), strict=True)
    found = [
        ApiCalls(
            name=visible(api_name(name)),
            count=summary.count,
            total_seconds=summary.total,
            max_seconds=summary.maximum,
        )
        for name, summary in rows
    ]
    return sorted(found, key=lambda calls: -calls.total_seconds)


def steps(recording: Recording) -> Steps | None:
    """Return the marked steps, None where there are none."""
    if not len(recording.steps):
        return None
    (summary,) = _summaries(recording, recording.steps, 1)
    return Steps(
        count=summary.count,
        total_seconds=summary.total,
        median_seconds=summary.median,
        max_seconds=summary.maximum,
    )


def _summaries(recording: Recording, columns: Columns, groups: int) -> list[Summary]:
    return summarize(columns.table(), groups, recording.ticks_per_second)


def _size(exponent: int) -> str:
    """Return the size `2 ** exponent` as people write it."""
    unit = min(exponent // 10, len(_UNITS) - 1)
    return f"{2 ** (exponent - 10 * unit)} {_UNITS[unit]}"
