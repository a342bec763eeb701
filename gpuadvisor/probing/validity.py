"""Reasons not to believe a point."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.devices.median import Estimate
from gpuadvisor.devices.sampling import CLOCK_HELD, POWER_CAP, STEADY
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.metrics import Derived, Findings
from gpuadvisor.probing.shape import shape_of
from gpuadvisor.probing.state import looks_of

LARGEST_ERROR = 0.02
"""Relative standard error above which a median is not believed; sampling aims at a quarter of it."""


def relative_spread(seconds: Sequence[float]) -> float | None:
    """Return half the interquartile range over the median; None for fewer than two samples."""
    if len(seconds) < 2:
        return None
    lower, median, upper = np.quantile(seconds, [0.25, 0.5, 0.75])
    return float((upper - lower) / 2 / median)


def throttle_reasons(result: LaunchResult) -> list[str]:
    """Return what held the clocks down around any launch, a discarded one too, sorted."""
    return _reasons([*looks_of(result), *result.discarded_looks])


def unsteady(result: LaunchResult, spread: float | None, maximum_spread: float) -> list[str]:
    """Return what was wrong with the conditions that the launches were timed in."""
    reasons = []
    if spread is not None and spread > maximum_spread:
        shape = shape_of([time.seconds for time in result.times])
        reasons.append(
            f"times spread by {spread:.0%} of their median (at most {maximum_spread:.0%})"
            + (f": {shape}" if shape else "")
        )
    looks = looks_of(result)
    throttled = [reason for reason in _reasons(looks) if reason not in STEADY]
    if throttled == [POWER_CAP] and _held(looks):
        throttled = []
    if throttled:
        reasons.append(f"the GPU was throttled: {', '.join(throttled)}")
    return reasons + _clock_change(looks)


def uncertain(samples: Mapping[str, Sequence[float]], estimates: Mapping[str, Estimate]) -> list[str]:
    """Return which medians are not known closely enough, and how their samples differ."""
    reasons = []
    for name, estimate in estimates.items():
        error = estimate.relative_standard_error
        if error is not None and error > LARGEST_ERROR:
            shape = shape_of(samples[name])
            reasons.append(
                f"{name}: the standard error of {len(samples[name])} samples is {error:.1%} "
                f"(at most {LARGEST_ERROR:.0%})" + (f": {shape}" if shape else "")
            )
    return reasons


def implausible(
    metrics: Sequence[MetricDeclaration], values: Mapping[str, Derived], findings: Findings
) -> list[tuple[str, bool]]:
    """Return which metrics lie outside the bounds that the probe declares; True where above them."""
    reasons = []
    for metric in metrics:
        if metric.name not in values:
            continue
        value = values[metric.name].value
        least = None if metric.minimum is None else findings.value(metric.minimum)
        most = None if metric.maximum is None else findings.value(metric.maximum)
        suspect = f"{metric.name} is suspect: {value:.6g} {metric.unit} is"
        if least is not None and value < least:
            reasons.append((f"{suspect} below the plausible {least:.6g}", False))
        if most is not None and value > most:
            reasons.append((f"{suspect} above the plausible {most:.6g}", True))
    return reasons


def _reasons(looks: Sequence[DeviceConditions]) -> list[str]:
    return sorted({reason for look in looks for reason in look.throttle_reasons or ()})


def _held(looks: Sequence[DeviceConditions]) -> bool:
    clocks = _clocks(looks)
    return bool(clocks) and min(clocks) >= CLOCK_HELD * max(clocks)


def _clock_change(looks: Sequence[DeviceConditions]) -> list[str]:
    clocks = _clocks(looks)
    if not clocks or _held(looks):
        return []
    return [f"the clock moved between {min(clocks) / 1e6:.0f} and {max(clocks) / 1e6:.0f} MHz"]


def _clocks(looks: Sequence[DeviceConditions]) -> list[float]:
    return [look.sm_clock_hz for look in looks if look.sm_clock_hz]
