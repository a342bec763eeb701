"""The control loop on scripted GPUs: steady, noisy, drifting, bimodal, throttled for a while or for good."""

from collections.abc import Callable

import numpy as np
import pytest

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.median import estimate
from gpuadvisor.devices.sampling import BATCH, Sampling, is_disturbed, sample
from gpuadvisor.model.device import DeviceConditions
from tests.devices.scripted_gpu import FULL_HZ, ScriptedGpu, alternating, rising

UNTIL_NARROW = Timing(warmups=1, samples=10, most_samples=1000, relative_error=0.005, limit_seconds=1.0)


def run(gpu: ScriptedGpu, timing: Timing = UNTIL_NARROW) -> Sampling:
    return sample(gpu.take, gpu.look, timing, gpu.passing)


def slow_between(start: float, end: float, clock_hz: float) -> Callable[[float], float]:
    return lambda now: clock_hz if start <= now < end else FULL_HZ


def said_between(start: float, end: float, *reasons: str) -> Callable[[float], list[str]]:
    return lambda now: list(reasons) if start <= now < end else []


def test_a_steady_gpu_gives_the_fewest_samples() -> None:
    gpu = ScriptedGpu()
    found = run(gpu)
    assert found.seconds == [1e-3] * 10
    assert (gpu.launches, found.discarded, gpu.pauses) == (10, [], [])


def test_noise_costs_more_samples_until_the_median_is_known_well_enough() -> None:
    noise = np.random.default_rng(1).normal(1e-3, 2e-5, 5000)
    gpu = ScriptedGpu(iter(noise))
    found = run(gpu)
    error = estimate(found.seconds).relative_standard_error
    assert error is not None
    assert error <= 0.005
    assert 10 < len(found.seconds) < 100
    assert estimate(found.seconds[:-BATCH]).relative_standard_error > 0.005  # type: ignore[operator]
    assert np.median(found.seconds) == pytest.approx(1e-3, rel=0.015)


def test_two_levels_are_sampled_until_the_time_is_over() -> None:
    gpu = ScriptedGpu(alternating(1e-3, 1.5e-3))
    found = run(gpu)
    assert 1.0 <= gpu.now < 1.02
    assert estimate(found.seconds).relative_standard_error > 0.01  # type: ignore[operator]


def test_a_drift_is_sampled_until_the_time_is_over() -> None:
    gpu = ScriptedGpu(rising(1e-3, 2e-5))
    found = run(gpu)
    assert 1.0 <= gpu.now < 1.1
    assert estimate(found.seconds).relative_standard_error > 0.02  # type: ignore[operator]


def test_there_is_a_largest_number_of_samples() -> None:
    timing = Timing(samples=10, most_samples=20, limit_seconds=100)
    assert len(run(ScriptedGpu(alternating(1e-3, 2e-3)), timing).seconds) == 20


def test_what_is_throttled_for_a_while_is_discarded_and_waited_out() -> None:
    gpu = ScriptedGpu(
        clock_hz=slow_between(0.006, 0.2, 1e9), reasons=said_between(0.006, 0.2, "hardware thermal slowdown")
    )
    found = run(gpu)
    assert found.seconds == [pytest.approx(1e-3)] * 10
    assert len(found.discarded) >= BATCH
    assert max(found.discarded) == pytest.approx(2e-3)
    assert gpu.pauses == [0.05] * (len(found.discarded) // BATCH)
    assert all(not look.throttle_reasons for look in found.looks)


def test_a_clock_that_moved_unsaid_is_a_disturbance_too() -> None:
    gpu = ScriptedGpu(clock_hz=slow_between(0.003, 0.05, 1.5e9))
    found = run(gpu)
    assert found.discarded
    assert found.seconds == [pytest.approx(1e-3)] * 10


def test_throttled_to_the_end_there_are_only_disturbed_samples_and_they_say_so() -> None:
    gpu = ScriptedGpu(reasons=lambda _: ["hardware slowdown"])
    found = run(gpu)
    assert found.seconds
    assert not found.discarded
    assert all(look.throttle_reasons == ["hardware slowdown"] for look in found.looks)
    assert 1.0 <= gpu.now < 1.1


def test_a_power_cap_at_a_clock_that_holds_is_how_the_card_is() -> None:
    gpu = ScriptedGpu(clock_hz=lambda _: 1.2e9, reasons=lambda _: ["power cap"])
    found = run(gpu)
    assert len(found.seconds) == 10
    assert not found.discarded


def test_a_power_cap_that_lowers_the_clock_is_a_disturbance() -> None:
    gpu = ScriptedGpu(clock_hz=slow_between(0.0075, 9, 1.2e9), reasons=said_between(0.0075, 9, "power cap"))
    found = run(gpu)
    assert len(found.seconds) == BATCH
    assert max(found.seconds) == pytest.approx(1e-3)


def test_an_operators_clock_disturbs_nothing() -> None:
    gpu = ScriptedGpu(clock_hz=lambda _: 1e9, reasons=lambda _: ["application clock setting"])
    assert not run(gpu).discarded


def test_without_a_look_nothing_is_discarded() -> None:
    gpu = ScriptedGpu(clock_hz=slow_between(0.003, 9, 1e9))
    found = sample(gpu.take, lambda: None, UNTIL_NARROW, gpu.passing)
    assert not found.discarded
    assert found.looks == []


def test_a_time_limit_of_nothing_still_gives_the_fewest_samples() -> None:
    timing = Timing(samples=10, most_samples=100, limit_seconds=0.0)
    assert len(run(ScriptedGpu(alternating(1e-3, 2e-3)), timing).seconds) == 10


def test_who_asks_for_a_number_gets_it_whatever_happens() -> None:
    gpu = ScriptedGpu(alternating(1e-3, 5e-3), reasons=lambda _: ["hardware slowdown"])
    found = run(gpu, Timing(samples=7))
    assert gpu.launches == len(found.seconds) == 7
    assert len(found.looks) == 2


@pytest.mark.parametrize(
    ("before_hz", "after_hz", "disturbed"), [(2e9, 1.91e9, False), (2e9, 1.89e9, True), (1.5e9, 2e9, True)]
)
def test_a_clock_may_move_by_a_twentieth(before_hz: float, after_hz: float, disturbed: bool) -> None:
    before, after = DeviceConditions(sm_clock_hz=before_hz), DeviceConditions(sm_clock_hz=after_hz)
    assert is_disturbed(before, after, 2e9) is disturbed
