"""Where this machine's curves change their course, found from the curves and said in words."""

from collections.abc import Iterator, Mapping, Sequence

from gpuadvisor.advising.machine.knee_specification import SATURATING, STEPPING, Saturating, Stepping
from gpuadvisor.advising.machine.plateaus import Step, steps
from gpuadvisor.advising.machine.points import Setting, believable, values
from gpuadvisor.advising.machine.saturation import saturation_point
from gpuadvisor.advising.machine.words import change, figure, level_at, level_in_words
from gpuadvisor.model.comparison import Knee
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult

LEAST_POINTS = 3
"""Of a curve: two do not tell where between them it bends."""

KIBIBYTE = 1024

Fixed = Mapping[str, Setting]
Curve = list[tuple[float, float]]
"""(position, value)."""


def knees(machine: MachineProfile) -> list[Knee]:
    """Return the knees of every curve that the profile holds; suspect points take no part."""
    found: list[Knee] = []
    for saturating in SATURATING:
        if (known := _known(machine, saturating)) is not None:
            found.extend(_saturations(saturating, *known))
    for stepping in STEPPING:
        if (known := _known(machine, stepping)) is not None:
            found.extend(_steps(stepping, *known, machine.device))
    return found


def _known(machine: MachineProfile, specified: Saturating | Stepping) -> tuple[ProbeResult, Metric] | None:
    result = machine.probe(specified.probe)
    metric = None if result is None else result.metric(specified.metric)
    return None if result is None or metric is None else (result, metric)


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
    level = level_at(step.last_before, device) if specified.is_of_caches else None
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
        level=level,
        text=_sentence(
            specified.what,
            "rises" if rises else "falls",
            change(step.before, step.after, metric.unit),
            specified.per,
            f"beyond {figure(step.last_before, specified.unit)}",
            level_in_words(level, device),
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
