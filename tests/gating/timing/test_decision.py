"""What the statistics decide on ratios whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from gpuadvisor.gating.timing.decision import Terms, decide, estimate, interval


def ratios(mean: float, scatter: float, count: int, seed: int = 0) -> np.ndarray:
    return np.log(mean) + np.random.default_rng(seed).normal(0, scatter, count)


@pytest.mark.parametrize(
    ("true", "tolerance", "verdict"),
    [(1.03, 0.01, "fail"), (1.0, 0.01, "pass"), (0.8, 0.0, "pass"), (1.2, 0.25, "pass"), (1.3, 0.25, "fail")],
)
def test_clear_cases_are_decided(true: float, tolerance: float, verdict: str) -> None:
    assert decide(ratios(true, 0.005, 20), Terms(tolerance=tolerance)) == verdict


@pytest.mark.parametrize("true", [1.01, 1.0099])
def test_what_is_just_tolerated_is_left_open(true: float) -> None:
    assert decide(ratios(true, 0.02, 20), Terms(tolerance=0.01)) == "inconclusive"


def test_equal_times_pass_and_never_fail() -> None:
    assert decide(np.zeros(20), Terms(tolerance=0.01)) == "pass"
    assert decide(np.zeros(20), Terms(tolerance=0.0)) == "inconclusive"


@pytest.mark.parametrize("comparisons", [1, 10, 1000])
def test_the_first_look_can_fail_what_is_always_slower(comparisons: int) -> None:
    terms = Terms(tolerance=0.01, comparisons=comparisons)
    first = next(terms.looks())
    assert decide(np.linspace(0.1, 0.2, first), terms) == "fail"
    assert 2.0**-first < terms.failure_level


def test_looks_grow_to_the_last() -> None:
    looks = list(Terms(tolerance=0.01).looks())
    assert looks == sorted(set(looks))
    assert looks[-1] == 60
    assert looks[0] >= 12


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    found = [interval(ratios(1.05, 0.03, 20, seed)) for seed in range(1000)]
    covered = sum(each.low <= 1.05 <= each.high for each in found)
    assert stats.binomtest(covered, 1000, 0.95).pvalue > 0.001


def test_the_estimate_shrugs_off_an_outlier() -> None:
    values = ratios(1.05, 0.001, 21)
    values[3] = np.log(50)
    assert estimate(values) == pytest.approx(1.05, abs=0.002)
