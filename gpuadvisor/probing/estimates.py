"""What a point's samples say of its metrics: medians, intervals, shares of the peak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gpuadvisor.devices.median import Estimate
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import PointConditions
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.metrics import Derived, Findings

Intervals = dict[str, tuple[float, float]]
Shares = dict[str, float]


@dataclass(frozen=True, slots=True)
class OfPeak:
    """The shares of the theoretical peaks that values reached, by metric."""

    at_highest_clocks: Shares
    at_clocks_seen: Shares
    """Empty where nothing tells the clocks."""


def largest_error(estimates: Mapping[str, Estimate]) -> float | None:
    """Return the largest relative standard error; None where none is known."""
    errors = [each.relative_standard_error for each in estimates.values()]
    return max((error for error in errors if error is not None), default=None)


def intervals(
    metrics: Sequence[MetricDeclaration], findings: Findings, estimates: Mapping[str, Estimate]
) -> Intervals:
    """Return the interval of every metric that follows from measured quantities, all of them with intervals.

    Metrics grow or shrink with each quantity, so that their extremes lie where every one is at an end.
    """
    ends = [
        [(name, each.low), (name, each.high)]
        for name, each in estimates.items()
        if each.low is not None and each.high is not None
    ]
    if not ends or len(ends) < len(estimates):
        return {}
    corners = [findings.given(dict(corner)).derive(metrics) for corner in product(*ends)]
    found = {}
    for name in corners[0]:
        values = [corner[name].value for corner in corners]
        if min(values) < max(values):
            found[name] = (min(values), max(values))
    return found


def shares_of_peak(
    metrics: Sequence[MetricDeclaration],
    values: Mapping[str, Derived],
    findings: Findings,
    facts: DeviceFacts,
    conditions: PointConditions | None,
) -> OfPeak:
    """Return what part of its peak each metric reached that declares one."""
    seen = _clocks_seen(facts, conditions)
    return OfPeak(
        _shares(metrics, values, findings), _shares(metrics, values, findings.given(seen)) if seen else {}
    )


def _shares(
    metrics: Sequence[MetricDeclaration], values: Mapping[str, Derived], findings: Findings
) -> Shares:
    peaks = {
        metric.name: findings.value(metric.peak)
        for metric in metrics
        if metric.peak is not None and metric.name in values
    }
    return {name: values[name].value / peak for name, peak in peaks.items() if peak}


def _clocks_seen(facts: DeviceFacts, conditions: PointConditions | None) -> dict[str, float]:
    """Return the device's figures as they are at the clocks it ran at; empty unless both are known."""
    if conditions is None or conditions.sm_clock_hz is None or conditions.memory_clock_hz is None:
        return {}
    if facts.memory_clock_hz is None:
        return {}
    memory_share = conditions.memory_clock_hz / facts.memory_clock_hz
    return {
        "sm_clock_hz": conditions.sm_clock_hz,
        "dram_bytes_per_second": facts.dram_bytes_per_second * memory_share,
    }
