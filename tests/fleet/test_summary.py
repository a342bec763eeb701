"""Which GPUs stand out: planted in documents made by hand."""

import numpy as np
import pytest

from gpuadvisor.fleet.result import Result
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.fleet import FleetReport, FleetRow
from tests.fleet.documents import point, points, result


def outliers(report: FleetReport) -> list[tuple[int, str, str]]:
    return [(outlier.row, outlier.kind, outlier.figure) for outlier in report.outliers]


def fleet(count: int, spread: float = 0.0, name: str = "NVIDIA A") -> list[Result]:
    random = np.random.default_rng(count)
    levels = random.normal(1.0, spread, (count, 2)).tolist()
    return [
        result(points(rate=rate, time=1 / time), number, name=name)
        for number, (rate, time) in enumerate(levels)
    ]


@pytest.mark.parametrize("spread", [0.0, 0.002, 0.02])
def test_of_alike_gpus_none_stands_out(spread: float) -> None:
    report = summarise(fleet(200, spread))
    assert report.outliers == []
    assert [model.devices for model in report.models] == [200]


@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_slow_in_a_rate_and_slow_in_a_time(spread: float) -> None:
    results = fleet(50, spread)
    results[7] = result(points(rate=0.8), 7)
    results[9] = result(points(time=1.3), 9)
    report = summarise(results)
    assert outliers(report) == [(7, "slow", "copy.rate"), (9, "slow", "copy.time")]
    assert report.rows[7].levels["copy.rate"] == pytest.approx(0.8, abs=0.01)
    assert report.rows[9].levels["copy.time"] == pytest.approx(1 / 1.3, abs=0.01)


def test_faster_or_a_little_slower_is_no_fault() -> None:
    assert summarise([*fleet(20), result(points(rate=1.5)), result(points(rate=0.96))]).outliers == []


def test_one_odd_point_does_not_make_a_gpu_slow() -> None:
    odd = [*points(sizes=(1, 2)), point(3, {"rate": 1e6, "time": 50.0})]
    assert summarise([*fleet(20), result(odd)]).outliers == []


def test_a_wide_spread_widens_what_is_usual() -> None:
    wide = summarise(fleet(500, 0.05))
    assert wide.outliers == []
    assert all(figure.threshold < 0.85 for figure in wide.models[0].figures)


def test_models_are_judged_apart() -> None:
    slower = [result(points(rate=0.5), number, name="NVIDIA B") for number in range(5)]
    report = summarise([*fleet(5), *slower, result(points(rate=0.25), name="NVIDIA B")])
    assert outliers(report) == [(10, "slow", "copy.rate")]
    assert [(model.name, model.devices) for model in report.models] == [("NVIDIA A", 5), ("NVIDIA B", 6)]


def test_of_two_none_can_be_called_odd() -> None:
    report = summarise([result(points()), result(points(rate=0.5))])
    assert report.outliers == []
    assert [model.judged for model in report.models] == [False]
    assert report.rows[1].levels == {}


def test_points_that_only_some_have_are_compared_among_these() -> None:
    results = [result(points(sizes=(1, 2, 3) if number % 2 else (2, 3, 4))) for number in range(10)]
    results[4] = result(points(rate=0.7, sizes=(4, 2)))
    assert outliers(summarise(results)) == [(4, "slow", "copy.rate")]


def hot(of_five: int) -> Result:
    found = [point(size, {"rate": 1e9}, throttled="power cap" if size < of_five else "") for size in range(5)]
    return result(found)


def test_throttled_more_than_is_usual() -> None:
    report = summarise([*(hot(1) for _ in range(9)), hot(2), hot(5)])
    assert outliers(report) == [(9, "throttled", "throttled"), (10, "throttled", "throttled")]
    told = "its clocks were held down at 83.3% of its points (16.7% is usual), mostly by power cap"
    assert report.outliers[1].message == told
    assert report.rows[10].held_down_by == "power cap"
    assert report.outliers[1].rule == "machine/power-capped"


def test_unreliable() -> None:
    wrong = result([*points(sizes=(1, 2)), point(3, {}, "wrong answer")])
    assert outliers(summarise([*fleet(9), wrong])) == [(9, "unreliable", "invalid")]


def in_state(**conditions: object) -> Result:
    usual = {"driver_version": "580.65.06", "pcie_lanes": 16, "pcie_generation_maximum": 5}
    return result(points(), conditions=DeviceConditions(**{**usual, **conditions}))  # type: ignore[arg-type]


def test_narrow_links_and_stale_drivers() -> None:
    odd = [
        in_state(pcie_lanes=8),
        in_state(pcie_generation_maximum=3),
        in_state(driver_version="580.9.1"),
        in_state(driver_version="590.1"),
        in_state(pcie_lanes=None),
        in_state(pcie_generation=1),
    ]
    assert outliers(summarise([*(in_state() for _ in range(7)), *odd])) == [
        (7, "narrow link", "pcie_lanes"),
        (8, "narrow link", "pcie_generation_maximum"),
        (9, "stale driver", "driver_version"),
    ]


def test_an_operators_setting_holds_nothing_down() -> None:
    found = [point(size, {"rate": 1e9}, throttled="application clock setting") for size in range(3)]
    assert result(found).row.held_down_by is None


def test_half_and_half_has_no_usual_driver() -> None:
    report = summarise([in_state(driver_version=version) for version in ("570.1", "580.1") for _ in range(4)])
    assert report.outliers == []
    assert report.models[0].drivers == {"570.1": 4, "580.1": 4}


def test_rows_without_a_result_keep_their_places() -> None:
    dead = Result(FleetRow(host="node9", device="cuda:0", state="lost", reason="its worker died"))
    report = summarise([*fleet(4), dead, result(points(rate=0.5))])
    assert [row.state for row in report.rows] == ["probed"] * 4 + ["lost", "probed"]
    assert outliers(report) == [(5, "slow", "copy.rate")]
    assert report.missing == [dead.row]


def test_an_empty_fleet() -> None:
    report = summarise([])
    assert (report.rows, report.models, report.outliers) == ([], [], [])
