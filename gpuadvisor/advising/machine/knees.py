"""Where this machine's curves change their course, found from the curves and said in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gpuadvisor.advising.machine.plateaus import Step, steps
from gpuadvisor.advising.machine.points import Setting, Where, believable, values
from gpuadvisor.advising.machine.saturation import saturation_point
from gpuadvisor.advising.machine.words import capacity, change, figure
from gpuadvisor.model.comparison import Knee
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult

LEAST_POINTS = 3
"""Of a curve: two do not tell where between them it bends."""

KIBIBYTE = 1024

Fixed = Mapping[str, Setting]
Curve = list[tuple[float, float]]
"""(position, value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturating:
    """Curves that rise to a height: how much of the axis is enough?"""

    probe: str
    metric: str
    axis: str
    """The parameter that runs."""
    along: str | None = None
    """The metric that tells the position; else it is the parameter itself."""
    unit: str
    where: Where = field(default_factory=dict)
    place: str
    """How a position is told: `at {} occupancy`."""
    what: str
    """What saturates: `DRAM`."""
    curve: str = ""
    """How a curve is told from the others, with its parameters in braces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """Curves over the size of a working set: up to which size is it held?"""

    probe: str
    metric: str
    axis: str
    """The parameter that is the size, in KiB."""
    unit: str = "bytes"
    where: Where = field(default_factory=dict)
    what: str
    per: str = ""
    """What the metric's unit is counted for."""
    is_of_caches: bool = True
    """Whether the sizes are those of L1, L2 and what lies behind."""


SATURATING = (
    Saturating(
        probe="occupancy",
        metric="bandwidth",
        axis="blocks",
        along="theoretical_occupancy",
        unit="fraction",
        place="at {} occupancy",
        where={"sweep": "bandwidth"},
        what="DRAM",
        curve="with {loads_in_flight} load{s} in flight",
    ),
    Saturating(
        probe="arithmetic",
        metric="operations_per_clock",
        axis="warps",
        unit="warps",
        place="at {} per multiprocessor",
        where={"sweep": "parallelism"},
        what="FP32",
        curve="with {chains} independent instruction{s} per thread",
    ),
    Saturating(
        probe="shared_memory",
        metric="bytes_per_clock",
        axis="warps",
        unit="warps",
        place="at {} per multiprocessor",
        where={"sweep": "load"},
        what="shared memory",
        curve="with loads of {width} bytes",
    ),
    Saturating(
        probe="block_size",
        metric="bandwidth",
        axis="threads",
        unit="threads per block",
        place="from {} on",
        where={"sweep": "stream"},
        what="a streaming kernel",
    ),
)
STEPPING = (
    Stepping(
        probe="memory_latency",
        metric="latency",
        axis="kib",
        where={"sweep": "working_set"},
        what="latency",
    ),
    Stepping(
        probe="cache_bandwidth",
        metric="bytes_per_clock",
        axis="kib",
        where={"sweep": "l1"},
        what="bandwidth of loads through L1",
        per="per clock and multiprocessor",
    ),
    Stepping(
        probe="cache_bandwidth",
        metric="bandwidth",
        axis="kib",
        where={"sweep": "l2"},
        what="bandwidth of loads past L1",
    ),
    Stepping(
        probe="constant_memory",
        metric="latency",
        axis="kib",
        where={"sweep": "size"},
        what="latency of constants",
        is_of_caches=False,
    ),
)


def knees(machine: MachineProfile) -> list[Knee]:
    """Return the knees of every curve that the profile holds; suspect points take no part."""
    return [
        knee
        for specified in (*SATURATING, *STEPPING)
        if (result := machine.probe(specified.probe)) is not None
        and (metric := result.metric(specified.metric)) is not None
        for knee in (
            _saturations(specified, result, metric)
            if isinstance(specified, Saturating)
            else _steps(specified, result, metric, machine.device)
        )
    ]


def _saturations(specified: Saturating, result: ProbeResult, metric: Metric) -> Iterator[Knee]:
    points = believable(result, specified.metric, specified.where)
    if specified.along is not None:
        points = [point for point in points if specified.along in point.values]
    best = max(values(points, specified.metric), default=0.0)
    for fixed, group in _by_curve(points, specified.axis):
        curve = [(_position(specified, point), point.values[specified.metric]) for point in group]
        if len({position for position, _ in curve}) >= LEAST_POINTS:
            yield _saturation(specified, metric, fixed, curve, best)


def _position(specified: Saturating, point: ProbePoint) -> float:
    return float(point.values[specified.along] if specified.along else point.parameters[specified.axis])


def _saturation(specified: Saturating, metric: Metric, fixed: Fixed, curve: Curve, best: float) -> Knee:
    reached = saturation_point(curve, best)
    position, value = max(curve) if reached is None else (reached, best)
    which = specified.curve.format(**fixed, s="" if 1 in fixed.values() else "s")
    where = specified.place.format(figure(position, specified.unit))
    verb = (
        "saturates" if reached is not None else f"reaches only {figure(value / best, 'fraction')} of its best"
    )
    return Knee(
        probe=specified.probe,
        metric=specified.metric,
        kind="never saturates" if reached is None else "saturates",
        provenance=metric.provenance,
        curve=dict(fixed),
        axis=specified.along or specified.axis,
        position=position,
        unit=specified.unit,
        before=min(curve)[1],
        after=best,
        text=_sentence(specified.what, verb, where, which),
    )


def _steps(specified: Stepping, result: ProbeResult, metric: Metric, device: DeviceFacts) -> Iterator[Knee]:
    points = believable(result, specified.metric, specified.where)
    for fixed, group in _by_curve(points, specified.axis):
        curve = [
            (float(point.parameters[specified.axis]) * KIBIBYTE, point.values[specified.metric])
            for point in group
        ]
        if len(curve) >= LEAST_POINTS:
            yield from (_step(specified, metric, fixed, step, device) for step in steps(curve))


def _step(specified: Stepping, metric: Metric, fixed: Fixed, step: Step, device: DeviceFacts) -> Knee:
    rises = step.after > step.before
    level = capacity(step.last_before, device) if specified.is_of_caches else ""
    return Knee(
        probe=specified.probe,
        metric=specified.metric,
        kind="rises" if rises else "falls",
        provenance=metric.provenance,
        curve=dict(fixed),
        axis=specified.axis,
        position=step.last_before,
        unit=specified.unit,
        before=step.before,
        after=step.after,
        text=_sentence(
            specified.what,
            "rises" if rises else "falls",
            change(step.before, step.after, metric.unit),
            specified.per,
            f"beyond {figure(step.last_before, specified.unit)}",
            f"({level})" if level else "",
        ),
    )


def _by_curve(points: Sequence[ProbePoint], axis: str) -> Iterator[tuple[Fixed, list[ProbePoint]]]:
    """Yield the points of each curve with the parameters that stay, which sweep it is aside."""
    groups: dict[tuple[tuple[str, Setting], ...], list[ProbePoint]] = {}
    for point in points:
        fixed = tuple(item for item in point.parameters.items() if item[0] not in (axis, "sweep"))
        groups.setdefault(fixed, []).append(point)
    yield from ((dict(fixed), group) for fixed, group in groups.items())


def _sentence(*parts: str) -> str:
    words = " ".join(part for part in parts if part)
    return words[0].upper() + words[1:]
