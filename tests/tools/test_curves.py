"""Knees and straight lines, on curves whose answer is known."""

import pytest

from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile, ProbePoint, ProbeResult, Tool
from tests.devices.fake_device import FACTS
from tools.recording.curves import PAIRINGS, compare, knee, straight_line

STRIDES = [1, 2, 4, 8, 16, 32]


def profile(probe: str, sweep: str, rows: list[tuple[dict[str, int], dict[str, float]]]) -> MachineProfile:
    points = [ProbePoint(parameters={"sweep": sweep, **settings}, values=values) for settings, values in rows]
    result = ProbeResult(name=probe, title="", metrics=[], points=points, seconds=0)
    device: DeviceFacts = FACTS
    return MachineProfile(tool=Tool(version="0"), created="", device=device, probes=[result])


def strided(bandwidths: list[float]) -> MachineProfile:
    rows = [
        (
            {"width": 4, "stride": stride},
            {"useful_bandwidth": bandwidth, "sectors_per_request": min(32, 4 * stride)},
        )
        for stride, bandwidth in zip(STRIDES, bandwidths, strict=True)
    ]
    return profile("coalescing", "stride", rows)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([4, 8, 16, 32, 32, 32], 8),
        ([4, 8, 16, 30, 31, 32], 8),
        ([1, 1, 1, 1, 1, 1], 1),
        ([1, 2, 4, 8, 16, 32], 32),
    ],
)
def test_the_knee_is_where_a_curve_becomes_flat(values: list[float], expected: float) -> None:
    assert knee(STRIDES, values) == expected


def test_a_straight_line_is_found() -> None:
    slope, start, explained = straight_line([1, 2, 3], [5, 7, 9])
    assert (slope, start, explained) == pytest.approx((2, 3, 1))


def test_points_off_a_line_explain_less() -> None:
    assert straight_line([1, 2, 3, 4], [1, 5, 2, 6])[2] < 0.8


@pytest.mark.parametrize(
    ("bandwidths", "holds"), [([800, 400, 200, 100, 99, 101], True), ([800, 400, 200, 100, 50, 25], False)]
)
def test_knees_are_compared(bandwidths: list[float], holds: bool) -> None:
    gpu = strided(bandwidths)
    comparison = compare(gpu, gpu)[0]
    assert "4-byte" in comparison.claim
    assert comparison.holds is holds, comparison.detail
    assert len(comparison.curve) == 6


@pytest.mark.parametrize(
    ("cycles", "holds"), [(lambda ways: 2 + 2 * ways, True), (lambda ways: ways**3, False)]
)
def test_costs_are_compared_with_counts(cycles: object, holds: bool) -> None:
    assert callable(cycles)
    rows = [
        (
            {"width": 4, "ways": ways},
            {"wavefronts_per_access": float(ways), "cycles_per_access": float(cycles(ways))},
        )
        for ways in STRIDES
    ]
    gpu = profile("bank_conflicts", "conflict", rows)
    found = {comparison.claim: comparison for comparison in compare(gpu, gpu)}
    assert found["cycles of 4-byte shared loads are proportional to wavefronts"].holds is holds


def test_paths_cost_what_the_active_threads_say() -> None:
    rows = [
        ({"paths": paths}, {"active_threads": 32 / paths, "cycles_per_round": 10.0 + 16 * paths})
        for paths in STRIDES
    ]
    gpu = profile("divergence", "paths", rows)
    assert compare(gpu, gpu)[-1].holds


def test_points_that_are_missing_or_invalid_decide_nothing() -> None:
    gpu = strided([800, 400, 200, 100, 99, 101])
    for comparison in compare(gpu, gpu)[1:]:
        assert not comparison.holds
        assert comparison.detail == "fewer than three valid points"


def test_every_pairing_names_a_sweep_and_metrics_of_its_probe() -> None:
    """The probe folders are the other side of this agreement."""
    import tomllib

    from gpuadvisor.content import directory

    for pairing in PAIRINGS:
        declared = tomllib.loads((directory("probes") / pairing.probe / "probe.toml").read_text())
        metrics = {metric["name"] for metric in declared["metric"]}
        sweep = next(sweep for sweep in declared["sweep"] if sweep["name"] == pairing.sweep)
        settings = {*sweep.get("parameters", {}), *(name for case in sweep.get("cases", []) for name in case)}
        assert {pairing.counted, pairing.measured} <= metrics
        assert {pairing.along, *pairing.fixed} <= settings
