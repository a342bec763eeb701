"""How the GPU was while a point was measured, out of all looks at it."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import PointConditions


def looks_of(result: LaunchResult) -> list[DeviceConditions]:
    """Return every look at the GPU around the launches, in order of time."""
    if result.looks:
        return list(result.looks)
    return [each for each in (result.before, result.after) if each is not None]


def point_conditions(looks: Sequence[DeviceConditions]) -> PointConditions | None:
    """Return the looks in one; None where there was none."""
    if not looks:
        return None
    others = [each.other_processes for each in looks if each.other_processes is not None]
    return PointConditions(
        sm_clock_hz=_over(median, (each.sm_clock_hz for each in looks)),
        memory_clock_hz=_over(median, (each.memory_clock_hz for each in looks)),
        power_watts=_over(max, (each.power_watts for each in looks)),
        temperature_celsius=_over(max, (each.temperature_celsius for each in looks)),
        other_processes=max(others, default=None),
    )


def _over(summary: Callable[[list[float]], float], values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return summary(known) if known else None
