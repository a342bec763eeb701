"""Against closed forms, and against what repeated sampling shows."""

import math

import numpy as np
import pytest

from gpuadvisor.devices.median import estimate, interval_rank


@pytest.mark.parametrize(
    ("number", "rank", "confidence"),
    [
        (6, 1, 1 - 2 / 64),
        (9, 2, 1 - 2 * (1 + 9) / 512),
        (10, 2, 1 - 2 * (1 + 10) / 1024),
        (17, 5, 1 - 2 * (1 + 17 + 136 + 680 + 2380) / 2**17),
    ],
)
def test_the_rank_is_the_largest_whose_binomial_confidence_suffices(
    number: int, rank: int, confidence: float
) -> None:
    assert interval_rank(number) == (rank, pytest.approx(confidence))


def test_the_interval_runs_between_samples_and_ignores_the_extremes() -> None:
    found = estimate([1000.0, 3, 4, 5, 6, 7, 8, 9, 10, -1000])
    assert (found.median, found.low, found.high) == (6.5, 3, 10)


def test_few_samples_have_a_median_and_no_interval() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert found.median == 2.0
    assert (found.low, found.high, found.relative_standard_error) == (None, None, None)


@pytest.mark.parametrize("value", [2.0, 0.0, -3.0])
def test_equal_samples_have_no_error(value: float) -> None:
    assert estimate([value] * 10).relative_standard_error == 0


def test_an_error_has_no_share_of_nothing() -> None:
    assert estimate([-1.0, 0.0, 1.0] * 5).relative_standard_error is None
    below = estimate([-1.0, -2.0] * 10).relative_standard_error
    assert below is not None
    assert below > 0


@pytest.mark.parametrize("number", [10, 25, 101])
def test_the_interval_covers_the_median_and_the_error_is_that_of_the_median(number: int) -> None:
    """Normal samples around 10: the error of their median is about sqrt(pi / 2n) of their deviation."""
    rows = np.random.default_rng(5).normal(10, 1, size=(1500, number))
    found = [estimate(row) for row in rows]
    covered = np.mean([each.low <= 10 <= each.high for each in found])  # type: ignore[operator]
    assert 0.94 <= covered <= 0.99
    errors = [each.relative_standard_error or math.nan for each in found]
    assert np.mean(errors) * 10 == pytest.approx(math.sqrt(math.pi / 2 / number), rel=0.15)


def test_two_levels_have_a_wide_interval() -> None:
    assert estimate([1.0] * 10 + [2.0] * 10).relative_standard_error == pytest.approx(0.16, abs=0.02)
