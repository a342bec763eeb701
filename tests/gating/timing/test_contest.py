"""Contests on a simulated GPU, whose truth is known."""

from random import Random

import numpy as np
import pytest

from gpuadvisor.gating.timing.contest import Side, compete, noise_floor
from gpuadvisor.gating.timing.decision import Terms
from gpuadvisor.gating.timing.samples import Sample
from studies.noise import Shape, SimulatedGpu

SHAPES = [
    Shape(tail=0.02),
    Shape(drift=0.005),
    Shape(modes=0.13, flips=0.06),
    Shape(throttling=0.02, tail=0.005),
]


def gpu(shape: Shape, ratio: float, seed: int = 0) -> SimulatedGpu:
    return SimulatedGpu(shape, ratio, np.random.default_rng(seed))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_identical_versions_never_fail(shape: Shape, seed: int) -> None:
    assert compete(gpu(shape, 1.0, seed), Terms(tolerance=0.01), Random(seed)).verdict != "fail"


@pytest.mark.parametrize("seed", range(10))
def test_three_percent_at_one_percent_noise_is_caught(seed: int) -> None:
    result = compete(gpu(Shape(), 1.03, seed), Terms(tolerance=0.01), Random(seed))
    assert result.verdict == "fail"
    assert result.interval is not None
    assert result.interval.low > 1.01
    assert result.ratio == pytest.approx(1.03, abs=0.01)


def test_faster_never_fails() -> None:
    assert compete(gpu(Shape(), 0.5), Terms(tolerance=0.0), Random(1)).verdict == "pass"


def test_too_noisy_to_tell_says_how_noisy() -> None:
    result = compete(gpu(Shape(scatter=0.2), 1.0), Terms(tolerance=0.01), Random(1))
    assert result.verdict == "inconclusive"
    assert "hides a change of 1 %" in result.reason


def test_two_modes_are_reported() -> None:
    result = compete(gpu(Shape(flips=0.13, scatter=0.005), 1.0), Terms(tolerance=0.001), Random(1))
    assert len(result.modes) == 2
    assert result.modes[1].seconds / result.modes[0].seconds == pytest.approx(np.exp(0.13), abs=0.03)


def test_one_mode_is_not_called_two() -> None:
    found = [
        compete(gpu(Shape(), 1.0, seed), Terms(tolerance=0.001), Random(seed)).modes for seed in range(20)
    ]
    assert sum(map(bool, found)) <= 1


def test_the_floor_times_the_old_version_alone() -> None:
    floor = noise_floor(gpu(Shape(), 5.0), Random(1))
    assert floor.ratio == pytest.approx(1.0, abs=0.02)


class Throttled:
    def renew(self) -> None:
        pass

    def time(self, side: Side) -> Sample:
        return Sample(2.0 if side == "after" else 1.0, throttled=True)


def test_throttled_samples_decide_nothing() -> None:
    result = compete(Throttled(), Terms(tolerance=0.01), Random(1))
    assert result.verdict == "inconclusive"
    assert "throttled" in result.reason


class Counting:
    def __init__(self) -> None:
        self.renewals, self.order = 0, ""

    def renew(self) -> None:
        self.renewals += 1

    def time(self, side: Side) -> Sample:
        self.order += side[0]
        return Sample(1.0 if side == "before" else 1.5)


def test_rounds_are_interleaved_in_both_orders_on_fresh_buffers() -> None:
    contest = Counting()
    result = compete(contest, Terms(tolerance=0.01), Random(3))
    rounds = {contest.order[start : start + 4] for start in range(0, len(contest.order), 4)}
    assert rounds == {"baab", "abba"}
    assert contest.renewals == result.rounds
    assert result.verdict == "fail"
