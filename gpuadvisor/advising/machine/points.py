"""The points of a probe that may be believed, picked by their parameters."""

from collections.abc import Callable, Iterable, Mapping
from statistics import mean

from gpuadvisor.model.machine import MachineProfile, ProbePoint, ProbeResult

Setting = int | float | str
Where = Mapping[str, Setting | Callable[[Setting], bool]]
"""Parameters and what they must be, or a test of it."""


def matching(result: ProbeResult, where: Where) -> list[ProbePoint]:
    """Return the points with these parameters, suspect ones included."""
    return [point for point in result.points if all(_fits(point, name, want) for name, want in where.items())]


def believable(result: ProbeResult | None, metric: str, where: Where) -> list[ProbePoint]:
    """Return the valid points with these parameters that have the metric; none without the probe."""
    if result is None:
        return []
    return [point for point in matching(result, where) if point.valid and metric in point.values]


def values(points: Iterable[ProbePoint], metric: str) -> list[float]:
    """Return the metric of each point."""
    return [point.values[metric] for point in points]


def sm_clock_hz(point: ProbePoint) -> float | None:
    """Return the clock at a point: the median of all looks, else the mean of before and after."""
    if point.conditions is not None and point.conditions.sm_clock_hz is not None:
        return point.conditions.sm_clock_hz
    known = [hertz for hertz in (point.sm_clock_before_hz, point.sm_clock_after_hz) if hertz is not None]
    return mean(known) if known else None


def clock_under_load_hz(machine: MachineProfile) -> float | None:
    """Return the median clock over all points, valid or not; None if none tells."""
    clocks = [sm_clock_hz(point) for probe in machine.probes for point in probe.points]
    known = sorted(clock for clock in clocks if clock is not None)
    return known[len(known) // 2] if known else None


def _fits(point: ProbePoint, name: str, want: Setting | Callable[[Setting], bool]) -> bool:
    if name not in point.parameters:
        return False
    found = point.parameters[name]
    return want(found) if callable(want) else found == want
