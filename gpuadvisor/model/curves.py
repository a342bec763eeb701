"""A probe's points as curves: one parameter runs, the others stay."""

import msgspec

from gpuadvisor.model.machine import ProbePoint, ProbeResult


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over one swept parameter, the other parameters fixed."""

    axis: str
    fixed: dict[str, int | float | str]
    positions: list[int | float | str]
    values: list[float | None]
    """None where the point is not valid or lacks the metric."""


def curves(result: ProbeResult, metric: str) -> list[Curve]:
    """Return the curves of `metric`, in the order of the points; invalid points are gaps.

    The axis of a group is the numeric parameter that takes the most values in it.
    """
    groups: dict[tuple[object, ...], list[ProbePoint]] = {}
    for point in result.points:
        key = (*sorted(point.parameters), *(v for v in point.parameters.values() if isinstance(v, str)))
        groups.setdefault(key, []).append(point)
    found = (curve for points in groups.values() for curve in _curves_of(points, metric))
    return [curve for curve in found if any(value is not None for value in curve.values)]


def _curves_of(points: list[ProbePoint], metric: str) -> list[Curve]:
    axis = _axis(points)
    lines: dict[tuple[object, ...], list[ProbePoint]] = {}
    for point in points:
        lines.setdefault(tuple(v for k, v in point.parameters.items() if k != axis), []).append(point)
    return [
        Curve(
            axis=axis,
            fixed={k: v for k, v in line[0].parameters.items() if k != axis},
            positions=[point.parameters[axis] for point in line] if axis else [""] * len(line),
            values=[point.values.get(metric) if point.valid else None for point in line],
        )
        for line in lines.values()
    ]


def _axis(points: list[ProbePoint]) -> str:
    numeric = [name for name, value in points[0].parameters.items() if not isinstance(value, str)]
    return max(numeric, key=lambda name: len({point.parameters[name] for point in points}), default="")
