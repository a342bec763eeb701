"""A curve saturates where it reaches its height for good."""

import pytest

from gpuadvisor.advising.machine.saturation import saturation_point

RISING = [(0.25, 40.0), (0.5, 80.0), (0.75, 96.0), (1.0, 100.0)]


@pytest.mark.parametrize(
    ("curve", "best", "expected"),
    [
        (RISING, 100.0, 0.75),
        (RISING[::-1], 100.0, 0.75),
        (RISING, 120.0, None),  # another curve goes higher
        ([(1, 100.0), (2, 60.0), (3, 99.0)], 100.0, 3),  # a lucky point does not count
        ([(1, 95.0)], 100.0, 1),
        ([], 100.0, None),
    ],
)
def test_it_is_the_first_position_from_which_the_curve_stays_up(
    curve: list[tuple[float, float]], best: float, expected: float | None
) -> None:
    assert saturation_point(curve, best) == expected


@pytest.mark.parametrize("peak_at", [4, 6.5, 12])
def test_littles_law_saturates_at_its_bend(peak_at: float) -> None:
    """Bandwidth = min(bytes in flight / latency, peak): within one point of 95 % of the way to the bend."""
    curve = [(warps, min(warps / peak_at, 1.0)) for warps in range(1, 33)]
    found = saturation_point(curve, 1.0)
    assert found is not None
    assert 0.95 * peak_at <= found < 0.95 * peak_at + 1
