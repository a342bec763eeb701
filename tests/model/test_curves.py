"""Points become curves over the parameter that runs; invalid points are gaps."""

from gpuadvisor.model.curves import curves
from gpuadvisor.model.machine import Metric, ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance


def result(points: list[ProbePoint]) -> ProbeResult:
    metric = Metric(name="rate", unit="1", provenance=Provenance.MEASURED)
    return ProbeResult(name="p", title="P", metrics=[metric], points=points, seconds=0)


def test_the_axis_is_the_parameter_with_most_values() -> None:
    points = [
        ProbePoint(parameters={"loads": loads, "occupancy": occupancy}, values={"rate": loads * occupancy})
        for loads in (1, 2)
        for occupancy in (10, 20, 30)
    ]
    one, two = curves(result(points), "rate")
    assert (one.axis, one.fixed, one.positions, one.values) == (
        "occupancy",
        {"loads": 1},
        [10, 20, 30],
        [10, 20, 30],
    )
    assert two.fixed == {"loads": 2}


def test_text_parameters_separate_cases_with_axes_of_their_own() -> None:
    points = [
        *(
            ProbePoint(parameters={"case": "stride", "stride": s, "width": 4}, values={"rate": s})
            for s in (1, 2)
        ),
        *(
            ProbePoint(parameters={"case": "width", "stride": 1, "width": w}, values={"rate": w})
            for w in (4, 8)
        ),
    ]
    assert [(curve.axis, curve.fixed["case"]) for curve in curves(result(points), "rate")] == [
        ("stride", "stride"),
        ("width", "width"),
    ]


def test_invalid_points_are_gaps_and_absent_metrics_give_no_curve() -> None:
    points = [
        ProbePoint(parameters={"n": 1}, values={"rate": 5.0}, valid=False),
        ProbePoint(parameters={"n": 2}, values={"rate": 6.0}),
    ]
    assert curves(result(points), "rate")[0].values == [None, 6.0]
    assert curves(result(points), "other") == []
