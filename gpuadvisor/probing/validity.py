"""Reasons not to believe a point."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.devices.sampling import STEADY
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.metrics import Derived, Findings

LARGEST_CLOCK_CHANGE = 0.05


def relative_spread(seconds: Sequence[float]) -> float | None:
    """Return half the interquartile range over the median; None for fewer than two samples."""
    if len(seconds) < 2:
        return None
    lower, median, upper = np.quantile(seconds, [0.25, 0.5, 0.75])
    return float((upper - lower) / 2 / median)


def throttle_reasons(result: LaunchResult) -> list[str]:
    """Return what held the clocks down before or after the launches, sorted."""
    known = [conditions for conditions in (result.before, result.after) if conditions is not None]
    return sorted({reason for conditions in known for reason in conditions.throttle_reasons or ()})


def unsteady(result: LaunchResult, spread: float | None, maximum_spread: float) -> list[str]:
    """Return what was wrong with the conditions that the launches were timed in."""
    reasons = []
    if spread is not None and spread > maximum_spread:
        reasons.append(f"times spread by {spread:.0%} of their median (at most {maximum_spread:.0%})")
    throttled = [reason for reason in throttle_reasons(result) if reason not in STEADY]
    if throttled:
        reasons.append(f"the GPU was throttled: {', '.join(throttled)}")
    return reasons + _clock_change(result.before, result.after)


def implausible(
    metrics: Sequence[MetricDeclaration], values: Mapping[str, Derived], findings: Findings
) -> list[str]:
    """Return which metrics lie outside the bounds that the probe declares."""
    reasons = []
    for metric in metrics:
        if metric.name not in values:
            continue
        value = values[metric.name].value
        least = None if metric.minimum is None else findings.value(metric.minimum)
        most = None if metric.maximum is None else findings.value(metric.maximum)
        if least is not None and value < least:
            reasons.append(f"{metric.name} is {value:.6g} {metric.unit}, below the plausible {least:.6g}")
        if most is not None and value > most:
            reasons.append(f"{metric.name} is {value:.6g} {metric.unit}, above the plausible {most:.6g}")
    return reasons


def _clock_change(before: DeviceConditions | None, after: DeviceConditions | None) -> list[str]:
    if before is None or after is None or not before.sm_clock_hz or not after.sm_clock_hz:
        return []
    if abs(after.sm_clock_hz / before.sm_clock_hz - 1) <= LARGEST_CLOCK_CHANGE:
        return []
    return [f"the clock went from {before.sm_clock_hz / 1e6:.0f} to {after.sm_clock_hz / 1e6:.0f} MHz"]
