"""From what was recorded of operators and marks to a workload."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.workload import (
    Autograd,
    Communication,
    CompiledRegions,
    HostReads,
    InputPipeline,
    InputWait,
    OperatorCalls,
    Optimizer,
    Workload,
)
from gpuadvisor.sources.traces.api_names import api_name, communicates, waits
from gpuadvisor.sources.traces.collectives import communication, overlap
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.intervals import Intervals, union
from gpuadvisor.sources.traces.marks import Mark
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible

MOST_OPERATORS = 100
"""Operators that a profile tells: those with the most seconds."""
_PIPELINES: tuple[InputPipeline, ...] = ("single-process", "worker-processes", "tf.data")


def workload(recording: Recording, backend: str | None) -> Workload | None:
    """Return what the framework did; None where nothing tells of one."""
    found = Workload(
        operators=_operators(recording),
        operator_seconds=_seconds(recording, sum(each.covered for each in recording.host.threads.values())),
        products=recording.host.products.products(),
        convolutions=recording.host.products.convolutions(),
        scalar_reads=_reads(recording, "scalar"),
        shape_reads=_reads(recording, "shape"),
        inputs=_inputs(recording),
        optimizer=_optimizer(recording),
        autograd=_autograd(recording),
        communication=_communication(recording, backend),
        compiled=_compiled(recording),
        data_parallel_calls=_count(recording, "data-parallel"),
    )
    return None if found == Workload() else found


def _operators(recording: Recording) -> list[OperatorCalls]:
    found = [
        OperatorCalls(name=visible(name), count=each.count, total_seconds=_seconds(recording, each.ticks))
        for name, each in recording.host.tallies.items()
        if each.is_operator
    ]
    return sorted(found, key=lambda calls: -calls.total_seconds)[:MOST_OPERATORS]


def _reads(recording: Recording, mark: Mark) -> HostReads | None:
    """Return the waits for the GPU that began within operators of one kind."""
    ranges = _ranges(recording, mark)
    if ranges is None or not len(recording.calls):
        return None
    calls = recording.calls.table()
    waiting = _calls(recording, calls, waits) & ranges.contain(calls.start)
    ticks = float((calls.end - calls.start)[waiting].sum())
    return HostReads(count=int(waiting.sum()), total_seconds=_seconds(recording, ticks))


def _inputs(recording: Recording) -> list[InputWait]:
    busy = _busy(recording)
    found = []
    for pipeline in _PIPELINES:
        table = _within_steps(recording, pipeline)
        if table is not None:
            waited = union(table.start, table.end)
            idle = None if busy is None else _seconds(recording, waited.length - overlap(waited, busy))
            found.append(
                InputWait(
                    pipeline=pipeline,
                    count=len(table.start),
                    total_seconds=_seconds(recording, waited.length),
                    max_seconds=_seconds(recording, float((table.end - table.start).max())),
                    idle_seconds=idle,
                )
            )
    return found


def _within_steps(recording: Recording, mark: Mark) -> Table | None:
    """Return the ranges of one kind that begin in marked steps, all of them where none are marked."""
    columns = recording.host.marks.get(mark)
    if columns is None:
        return None
    table, steps = columns.table(), recording.steps.table()
    if not len(recording.steps):
        return table
    inside = table.at(union(steps.start, steps.end).contain(table.start))
    return inside if len(inside.start) else None


def _busy(recording: Recording) -> Intervals | None:
    """Return when any kernel ran, on whatever device; None where there are no kernels."""
    kernels = recording.kernels.table()
    return union(kernels.start, kernels.end) if len(kernels.start) else None


def _optimizer(recording: Recording) -> Optimizer | None:
    columns, ranges = recording.host.marks.get("optimizer"), _ranges(recording, "optimizer")
    if columns is None or ranges is None:
        return None
    calls = recording.calls.table()
    launches = _calls(recording, calls, _launches) & ranges.contain(calls.start)
    labels = recording.host.mark_names.keys()
    return Optimizer(
        names=sorted({visible(labels[number]) for number in np.unique(columns.table().group).tolist()}),
        steps=len(columns),
        total_seconds=_seconds(recording, ranges.length),
        launches=int(launches.sum()) if len(recording.calls) else None,
        foreach_calls=_calls_of(recording, "aten::_foreach_"),
        fused_calls=_calls_of(recording, "aten::_fused_"),
        gradient_fills=_fills(recording),
        loss_scalings=_calls_of(recording, "aten::_amp_foreach_non_finite_check_and_unscale_"),
    )


def _fills(recording: Recording) -> int:
    fills, ranges = recording.host.marks.get("zero"), _ranges(recording, "zero-grad")
    if fills is None or ranges is None:
        return 0
    return int(ranges.contain(fills.table().start).sum())


def _autograd(recording: Recording) -> Autograd | None:
    created, evaluated = recording.host.nodes_created, recording.host.nodes_evaluated
    return Autograd(created=created, evaluated=evaluated) if created else None


def _communication(recording: Recording, backend: str | None) -> Communication | None:
    lanes = [lane.device for lane in recording.lanes.keys()]  # noqa: SIM118 (not a dict)
    devices = sorted(set(lanes))
    owner = np.array([devices.index(device) for device in lanes], dtype=np.int64)
    table = recording.kernels.table()
    names = [communicates(group.name) for group in recording.kernel_groups.keys()]  # noqa: SIM118
    collective = np.array(names, dtype=np.bool_)[table.group] if names else np.zeros(0, dtype=np.bool_)
    first, second = (_of_devices(table, rows, owner, len(devices)) for rows in (collective, ~collective))
    pairs = zip(first, second, strict=True)
    return communication(pairs, recording.ticks_per_second, recording.host.collectives, backend)


def _of_devices(table: Table, rows: NDArray[np.bool_], owner: NDArray[np.int64], devices: int) -> list[Table]:
    return table.at(rows).split(owner, devices) if devices else []


def _compiled(recording: Recording) -> CompiledRegions | None:
    compiled = recording.host.compiled
    if not compiled:
        return None
    variants = Counter(region for region, _ in compiled)
    return CompiledRegions(calls=compiled.total(), regions=len(variants), variants=max(variants.values()))


def _ranges(recording: Recording, mark: Mark) -> Intervals | None:
    columns = recording.host.marks.get(mark)
    if columns is None:
        return None
    table = columns.table()
    return union(table.start, table.end)


def _count(recording: Recording, mark: Mark) -> int:
    columns = recording.host.marks.get(mark)
    return 0 if columns is None else len(columns)


def _calls(recording: Recording, calls: Table, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Return which calls are of a function that is wanted."""
    chosen = [wanted(api_name(name)) for name in recording.call_names.keys()]  # noqa: SIM118
    return np.array(chosen, dtype=np.bool_)[calls.group] if chosen else np.zeros(0, dtype=np.bool_)


def _launches(name: str) -> bool:
    return "Launch" in name


def _calls_of(recording: Recording, prefix: str) -> int:
    tallies = recording.host.tallies
    return sum(each.count for name, each in tallies.items() if name.startswith(prefix))


def _seconds(recording: Recording, ticks: float) -> float:
    return ticks / recording.ticks_per_second
