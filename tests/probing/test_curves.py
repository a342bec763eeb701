import pytest

from gpuadvisor.probing.curves import saturation_point

RISING = [(0.25, 10.0), (0.5, 96.0), (0.75, 99.0), (1.0, 100.0)]


@pytest.mark.parametrize(("height", "position"), [(95, 0.5), (97, 0.75), (5, 0.25), (100, 1.0), (101, None)])
def test_the_smallest_position_from_which_the_curve_stays_high(height: float, position: float | None) -> None:
    assert saturation_point(RISING, height) == position
    assert saturation_point(RISING[::-1], height) == position


def test_a_curve_that_falls_back_has_not_arrived_before() -> None:
    assert saturation_point([(0.25, 99.0), (0.5, 80.0), (0.75, 98.0)], 95) == 0.75


def test_an_empty_curve_reaches_nothing() -> None:
    assert saturation_point([], 0) is None
