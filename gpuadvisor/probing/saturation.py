"""Points that a probe derives from its curves: where they reach their height."""

from collections.abc import Sequence

from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.probing.curves import saturation_point
from gpuadvisor.probing.declaration import SaturationDeclaration


def saturation_points(declared: SaturationDeclaration, points: Sequence[ProbePoint]) -> list[ProbePoint]:
    """Return one point per curve, in the order of the curves.

    A curve that never reaches the height gives a valid point without the metric, a curve without valid
    points one that is not valid.
    """
    sweep = [point for point in points if point.parameters["sweep"] == declared.sweep]
    usable = [
        point for point in sweep if point.valid and {declared.of, declared.along} <= point.values.keys()
    ]
    best = max((point.values[declared.of] for point in usable), default=0.0)
    curves = dict.fromkeys(point.parameters[declared.curves] for point in sweep)
    return [_point(declared, curve, usable, declared.share * best) for curve in curves]


def _point(
    declared: SaturationDeclaration, curve: float | str, usable: Sequence[ProbePoint], height: float
) -> ProbePoint:
    parameters = {"sweep": declared.name, declared.curves: curve}
    along = [
        (point.values[declared.along], point.values[declared.of])
        for point in usable
        if point.parameters[declared.curves] == curve
    ]
    if not along:
        return ProbePoint(
            parameters=parameters, values={}, valid=False, reasons=["no point of the curve is valid"]
        )
    needed = saturation_point(along, height)
    return ProbePoint(parameters=parameters, values={} if needed is None else {declared.metric: needed})
