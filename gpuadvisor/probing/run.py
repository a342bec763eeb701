"""Run probes on a device: the way from probe folders to a machine profile."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import msgspec

from gpuadvisor.devices.device import Device
from gpuadvisor.model.machine import MachineProfile, Metric, ProbeResult
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.budget import Budget, time_for
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.compile_ahead import compile_ahead
from gpuadvisor.probing.declaration import SaturationDeclaration, SweepDeclaration
from gpuadvisor.probing.point import JudgedPoint, run_point
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.saturation import saturation_points
from gpuadvisor.probing.selection import Selection, select
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.unprobed import unprobed
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Step:
    """A point about to be run; `number` of `total` counts over all probes, from 1."""

    probe: str
    point: str
    number: int
    total: int


Progress = Callable[[Step], None]
Announce = Callable[[str, str], None]


def run_probes(
    device: Device,
    names: Sequence[str] | None,
    directories: Sequence[Path] = (),
    progress: Progress | None = None,
    *,
    quick: bool = False,
) -> MachineProfile:
    """Run the named probes, or all, in alphabetical order and return what they found.

    `directories` hold further probe folders; `progress` is told of every point before it runs; `quick`
    runs only the sweeps declared so. A GPU's time is limited, and divided over the points; an emulated
    device, whose times are modelled, takes as long as it needs. Raises GpuAdvisorError for an unknown or
    damaged probe; a point that fails is marked, not raised.
    """
    selected = select(device.facts, load_probes(names, directories), names, quick=quick)
    total = sum(selection.points for selection in selected)
    seconds = time_for(device.facts, quick=quick)
    budget = Budget(seconds, total)
    if device.facts.kind == "cuda":
        compile_ahead(device.facts, selected, seconds / 2, _compiling(progress, total))
    announce = _announcer(total, progress)
    results = [_run_probe(device, selection, announce, budget) for selection in selected]
    return msgspec.structs.replace(
        unprobed(device.facts),
        probes=[result for result in results if result.points or result.without],
        cut_short=_cut_short(seconds, selected, budget.left, total),
    )


def _cut_short(seconds: float, selected: Sequence[Selection], left: int, total: int) -> str | None:
    if not left:
        return None
    names = ", ".join(selection.probe.name for selection in selected)
    return f"the {seconds:g} s were over: {left} of {total} points of {names} were not measured"


def _compiling(progress: Progress | None, total: int) -> Callable[[int], None]:
    def announce(kernels: int) -> None:
        if progress is not None:
            progress(Step("compiling", f"{kernels} kernels side by side", 1, total))

    return announce


def _announcer(total: int, progress: Progress | None) -> Announce:
    numbers = count(1)

    def announce(probe: str, point: str) -> None:
        if progress is not None:
            progress(Step(probe, point, next(numbers), total))

    return announce


def _run_probe(device: Device, selection: Selection, announce: Announce, budget: Budget) -> ProbeResult:
    start, created = time.perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    probe = selection.probe
    benches = [Workbench(device, probe) for _ in selection.sweeps]
    judged = [
        point
        for bench, (sweep, points) in zip(benches, selection.sweeps, strict=True)
        for point in _run_sweep(bench, sweep, points, announce, budget)
    ]
    compilers = set[str]().union(*(bench.compilers for bench in benches))
    return msgspec.structs.replace(
        _result(probe, judged, time.perf_counter() - start, complete=len(judged) == selection.points),
        compiler=", ".join(sorted(compilers)) or None,
        created=created,
        left_out=selection.skipped + selection.points - len(judged),
        without=selection.without,
    )


def _run_sweep(
    bench: Workbench,
    sweep: SweepDeclaration,
    points: Sequence[Parameters],
    announce: Announce,
    budget: Budget,
) -> list[JudgedPoint]:
    judged = []
    try:
        for parameters in points:
            if budget.is_spent:
                break
            settings = " ".join(f"{name}={value}" for name, value in parameters.items())
            announce(bench.probe.name, f"{sweep.name} {settings}")
            judged.append(run_point(bench, sweep, parameters, budget.sampling_seconds()))
    finally:
        bench.clear()
    return judged


def _result(probe: Probe, judged: Sequence[JudgedPoint], seconds: float, *, complete: bool) -> ProbeResult:
    """Put the points together; where some are missing, nobody can tell where a curve reaches its height."""
    declaration = probe.declaration
    points = [each.point for each in judged]
    provenances: dict[str, Provenance] = {}
    for each in reversed(judged):
        provenances |= each.provenances
    metrics = [
        Metric(
            name=metric.name,
            unit=metric.unit,
            provenance=provenances[metric.name],
            meaning=metric.meaning,
            better=metric.better,
        )
        for metric in declaration.metrics
        if metric.name in provenances
    ]
    for saturation in declaration.saturations if complete else ():
        points += saturation_points(saturation, points)
        if {saturation.of, saturation.along} <= provenances.keys():
            metrics.append(_saturation_metric(saturation, metrics))
    return ProbeResult(
        name=probe.name, title=declaration.title, metrics=metrics, points=points, seconds=seconds
    )


def _saturation_metric(declared: SaturationDeclaration, metrics: Sequence[Metric]) -> Metric:
    by_name = {metric.name: metric for metric in metrics}
    return Metric(
        name=declared.metric,
        unit=by_name[declared.along].unit,
        provenance=by_name[declared.of].provenance,
        meaning=f"Least {declared.along} from which {declared.of} stays at {declared.share:.0%} of its best",
    )
