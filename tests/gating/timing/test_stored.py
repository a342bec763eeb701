"""Times against stored ones, whose truth is known."""

import numpy as np
import pytest

from gpuadvisor.gating.timing.decision import Terms
from gpuadvisor.gating.timing.stored import ROUNDS, compare_stored


def times(level: float, seed: int, scatter: float = 0.01) -> np.ndarray:
    return level * np.random.default_rng(seed).lognormal(0, scatter, ROUNDS)


@pytest.mark.parametrize("seed", range(20))
def test_the_same_time_never_fails(seed: int) -> None:
    assert compare_stored(times(1, seed), times(1, seed + 100), Terms(tolerance=0.01)).verdict != "fail"


@pytest.mark.parametrize("seed", range(10))
def test_three_percent_at_one_percent_noise_fails(seed: int) -> None:
    result = compare_stored(times(1, seed), times(1.03, seed + 100), Terms(tolerance=0.01))
    assert result.verdict == "fail"
    assert result.ratio == pytest.approx(1.03, abs=0.01)


@pytest.mark.parametrize(("level", "tolerance"), [(1.0, 0.03), (0.5, 0.0), (1.2, 0.3)])
def test_what_is_tolerated_passes(level: float, tolerance: float) -> None:
    assert compare_stored(times(1, 1), times(level, 2), Terms(tolerance=tolerance)).verdict == "pass"


def test_too_noisy_to_tell() -> None:
    result = compare_stored(times(1, 1, 0.2), times(1, 2, 0.2), Terms(tolerance=0.01))
    assert result.verdict == "inconclusive"
    assert "hides" in result.reason


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    found = [
        compare_stored(times(1, seed, 0.05), times(1.1, seed + 1000, 0.05), Terms(tolerance=0.1)).interval
        for seed in range(300)
    ]
    covered = sum(each is not None and each.low <= 1.1 <= each.high for each in found)
    assert 270 <= covered <= 297
