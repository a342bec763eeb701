from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.probing.declaration import SaturationDeclaration
from gpuadvisor.probing.saturation import saturation_points

DECLARED = SaturationDeclaration(
    name="saturation", sweep="b", curves="loads", metric="needed", along="occupancy", of="rate", share=0.95
)


def point(loads: int, occupancy: float, rate: float, *, valid: bool = True, sweep: str = "b") -> ProbePoint:
    return ProbePoint(
        parameters={"sweep": sweep, "loads": loads},
        values={"occupancy": occupancy, "rate": rate},
        valid=valid,
    )


POINTS = [
    point(1, 0.5, 40.0),
    point(1, 1.0, 80.0),
    point(4, 0.25, 70.0),
    point(4, 0.5, 96.0),
    point(4, 1.0, 100.0),
]


def test_curves_are_held_against_the_best_of_the_sweep() -> None:
    slow, fast = saturation_points(DECLARED, POINTS)
    assert fast.parameters == {"sweep": "saturation", "loads": 4}
    assert fast.values == {"needed": 0.5}
    assert slow.parameters == {"sweep": "saturation", "loads": 1}
    assert slow.values == {}
    assert slow.valid


def test_invalid_points_and_other_sweeps_do_not_count() -> None:
    disturbed = [*POINTS, point(4, 0.3, 1000.0, valid=False), point(4, 0.3, 1000.0, sweep="other")]
    assert saturation_points(DECLARED, disturbed)[1].values == {"needed": 0.5}


def test_a_curve_without_valid_points_is_not_valid() -> None:
    points = saturation_points(DECLARED, [point(1, 1.0, 5.0, valid=False)])
    assert [(each.valid, each.values) for each in points] == [(False, {})]
    assert points[0].reasons
