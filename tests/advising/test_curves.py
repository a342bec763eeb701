"""The occupancy probe's curve: saturation, interpolation, and points that may not be used."""

import pytest

from gpuadvisor.advising.curves import bandwidth_fraction, saturating_occupancy
from tests.advising.profiles import bandwidth_point, machine, occupancy_probe


@pytest.mark.parametrize(("loads", "needed"), [(1, 0.5), (4, 0.25), (8, None)])
def test_the_occupancy_that_saturates(loads: int, needed: float | None) -> None:
    assert saturating_occupancy(machine(), loads) == needed


@pytest.mark.parametrize(
    ("occupancy", "loads", "share"),
    [
        (0.25, 1, 0.5),
        (0.375, 1, 0.73),  # halfway between 50 and 96
        (0.125, 1, 0.25),  # halfway to nothing
        (1.0, 1, 1.0),
        (0.25, 4, 0.99),
        (0.25, 3, 0.5),  # three loads promise no more than one
        (0.25, 100, 0.99),
        (0.0, 1, 0.0),
    ],
)
def test_the_share_of_bandwidth(occupancy: float, loads: int, share: float) -> None:
    assert bandwidth_fraction(machine(), occupancy, loads) == pytest.approx(share)


def test_without_the_probe_nothing_is_known() -> None:
    assert saturating_occupancy(machine([]), 1) is None
    assert bandwidth_fraction(machine([]), 0.5, 1) is None


def test_fewer_loads_than_were_probed_are_not_judged() -> None:
    probe = occupancy_probe([bandwidth_point(4, 1.0, 10.0)])
    assert bandwidth_fraction(machine([probe]), 1.0, 2) is None


def test_an_invalid_point_is_not_read() -> None:
    points = [bandwidth_point(1, 0.5, 80.0), bandwidth_point(1, 1.0, 100.0)]
    wrong = bandwidth_point(1, 0.75, 1000.0, valid=False)
    probe = occupancy_probe([*points, wrong])
    assert bandwidth_fraction(machine([probe]), 1.0, 1) == 1.0


def test_a_curve_that_falls_again_is_not_saturated_before_the_fall() -> None:
    points = [bandwidth_point(1, 0.25, 100.0), bandwidth_point(1, 0.5, 90.0), bandwidth_point(1, 1.0, 99.0)]
    assert saturating_occupancy(machine([occupancy_probe(points)]), 1) == 1.0
