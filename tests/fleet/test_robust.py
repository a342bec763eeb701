from statistics import NormalDist

import numpy as np
import pytest

from gpuadvisor.fleet.robust import median, tolerance

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_median_leaves_nan_out(axis: int) -> None:
    values = RANDOM.normal(size=(40, 31))
    values[RANDOM.random(values.shape) < 0.3] = np.nan
    assert np.array_equal(median(values, axis), np.nanmedian(values, axis))


def test_the_median_of_nothing_is_not_known() -> None:
    assert np.isnan(median(np.full((3, 2), np.nan))).all()


def test_alike_values_leave_the_floor() -> None:
    assert tolerance(np.ones(16), 0.05, 16) == 0.05


def test_the_spread_is_the_standard_deviation_of_normal_values() -> None:
    values = RANDOM.normal(1.0, 0.1, 100_001)
    assert tolerance(values, 0.0, 1) == pytest.approx(3.5 * 0.1, rel=0.02)


def test_a_minority_does_not_widen_it() -> None:
    values = RANDOM.normal(1.0, 0.01, 1000)
    spoilt = values.copy()
    spoilt[:100] = 1000.0
    assert tolerance(spoilt, 0.0, 1) < 1.3 * tolerance(values, 0.0, 1)


def test_of_many_values_some_lie_far_out_by_chance() -> None:
    values = RANDOM.normal(1.0, 0.1, 100_001)
    score = NormalDist().inv_cdf(1 - 0.05 / 1_000_000)
    assert score > 5
    assert tolerance(values, 0.0, 1_000_000) == pytest.approx(score * 0.1, rel=0.02)
