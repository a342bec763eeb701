"""How long it takes to sum up a fleet: the results of ten thousand GPUs, odd ones among them."""

import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from gpuadvisor.devices.catalog import entry
from gpuadvisor.fleet.evidence import evidence
from gpuadvisor.fleet.measurement import Measurement
from gpuadvisor.fleet.result import Result, result
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.fleet import FleetReport, FleetRow
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.sweeps import points_of

DOCUMENTS = 10_000
GOAL_SECONDS = 3.0
PROBES = ("bank_conflicts", "coalescing", "divergence", "occupancy")
"""Whose curves rules read."""
SLOW_EVERY = 500
SLOW = 0.85
SPREAD = 0.01
"""Of one GPU beside another, and again of one point beside another of the same GPU."""
GPUS_PER_HOST = 8


def run() -> None:
    """Print how long reading, judging and summing up take, and whether the odd ones were found."""
    report, times = summarised(DOCUMENTS)
    goal = f"goal < {GOAL_SECONDS:g} s: {'met' if times.summing_up < GOAL_SECONDS else 'not met'}"
    found = {outlier.row for outlier in report.outliers}
    planted = set(slow_ones(DOCUMENTS))
    print(
        f"  {DOCUMENTS:,} results, as workers send them, to the summary: {times.summing_up:.2f} s    {goal}"
    )
    print(f"  of {len(planted)} slow GPUs {len(planted & found)} found, {len(found - planted)} others named")
    size, reading = times.document_bytes / 1e3, times.reading / DOCUMENTS * 1e3
    print(f"  before that, its worker reads each document of {size:.0f} kB in {reading:.2f} ms")


def slow_ones(count: int) -> range:
    """Return which of the documents are of slow GPUs."""
    return range(SLOW_EVERY // 2, count, SLOW_EVERY)


class Times(NamedTuple):
    """Seconds, over all documents, and their mean size."""

    reading: float
    """From JSON to what is compared: the workers' part, here by one process."""
    summing_up: float
    """From what workers send to the document of the fleet."""
    document_bytes: float


def summarised(count: int) -> tuple[FleetReport, Times]:
    """Return the summary of so many documents, and what it took.

    They are made one by one, outside the times: together they would fill half a gigabyte.
    """
    sent: list[bytes] = []
    reading = size = 0.0
    for document in _documents(count):
        start = time.perf_counter()
        found = evidence(document)
        reading += time.perf_counter() - start
        sent.append(pickle.dumps(Measurement(state="probed", seconds=15.0, evidence=found)))
        size += len(document)
    start = time.perf_counter()
    report = summarise([_result(number, pickle.loads(each)) for number, each in enumerate(sent)])
    return report, Times(reading, time.perf_counter() - start, size / count)


def _result(number: int, measurement: Measurement) -> Result:
    host, device = f"node{number // GPUS_PER_HOST}", f"cuda:{number % GPUS_PER_HOST}"
    row = FleetRow(host=host, device=device, state=measurement.state, seconds=measurement.seconds)
    return result(row, measurement.evidence)


def _documents(count: int) -> Iterator[bytes]:
    random = np.random.default_rng(20)
    probes = load_probes(PROBES)
    levels = random.normal(1.0, SPREAD, count)
    levels[slow_ones(count)] = SLOW
    for level in levels.tolist():
        yield msgspec.json.encode(
            MachineProfile(
                tool=Tool(version="1"),
                created="2026-01-01T00:00:00+00:00",
                device=entry("h100"),
                probes=[_probe_result(probe, level, random) for probe in probes],
            )
        )


def _probe_result(probe: Probe, level: float, random: np.random.Generator) -> ProbeResult:
    declared = probe.declaration
    return ProbeResult(
        name=probe.name,
        title=declared.title,
        metrics=[
            Metric(
                name=metric.name,
                unit=metric.unit,
                provenance=Provenance.MEASURED,
                meaning=metric.meaning,
                better=metric.better,
            )
            for metric in declared.metrics
        ],
        points=[
            _point(parameters, declared.metrics, level, random)
            for sweep in declared.sweeps
            for parameters in points_of(sweep)
        ],
        seconds=1.0,
    )


def _point(
    parameters: Mapping[str, int | float | str],
    metrics: Sequence[MetricDeclaration],
    level: float,
    random: np.random.Generator,
) -> ProbePoint:
    numbers = random.normal(1e9, SPREAD * 1e9, len(metrics)).tolist()
    return ProbePoint(
        parameters=dict(parameters),
        values={
            metric.name: number / level if metric.better == "lower" else number * level
            for metric, number in zip(metrics, numbers, strict=True)
        },
        samples=10,
        relative_spread=0.001,
        sm_clock_before_hz=1.98e9,
        sm_clock_after_hz=1.98e9,
    )
