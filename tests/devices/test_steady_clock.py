"""Warming up on scripted clocks."""

import pytest

from gpuadvisor.devices.steady_clock import LIMIT_SECONDS, Warmth, warm_clock
from tests.devices.scripted_gpu import FULL_HZ, ScriptedGpu


def warm(gpu: ScriptedGpu) -> Warmth | None:
    return warm_clock(gpu.work, lambda: gpu.clock_hz(gpu.now), FULL_HZ, lambda: gpu.now)


def test_a_gpu_that_is_awake_needs_five_readings() -> None:
    assert warm(ScriptedGpu()) == Warmth(FULL_HZ, steady=True, seconds=pytest.approx(0.1))


def test_a_gpu_that_wakes_is_waited_for() -> None:
    found = warm(ScriptedGpu(clock_hz=lambda now: min(FULL_HZ, 0.3e9 + now * 5e9)))
    assert found is not None
    assert (found.clock_hz, found.steady) == (FULL_HZ, True)
    assert 0.34 < found.seconds < 0.5


def test_a_low_clock_that_has_not_begun_to_rise_is_not_taken_for_steady() -> None:
    found = warm(ScriptedGpu(clock_hz=lambda now: FULL_HZ if now > 0.15 else 0.3e9))
    assert found is not None
    assert found.clock_hz == FULL_HZ


def test_a_clock_that_is_locked_low_is_steady_after_a_while() -> None:
    found = warm(ScriptedGpu(clock_hz=lambda _: 1e9))
    assert found == Warmth(1e9, steady=True, seconds=pytest.approx(0.3, abs=0.021))


def test_a_clock_that_never_settles_ends_at_the_limit() -> None:
    found = warm(ScriptedGpu(clock_hz=lambda now: FULL_HZ - 4e8 * (round(now / 0.02) % 2)))
    assert found is not None
    assert not found.steady
    assert found.seconds == pytest.approx(LIMIT_SECONDS, abs=0.021)


def test_steps_of_fifteen_megahertz_are_steady() -> None:
    found = warm(ScriptedGpu(clock_hz=lambda now: FULL_HZ - 1.5e7 * (round(now / 0.02) % 2)))
    assert found is not None
    assert found.steady


def test_where_nothing_tells_the_clock_one_step_is_all() -> None:
    gpu = ScriptedGpu()
    assert warm_clock(gpu.work, lambda: None, FULL_HZ, lambda: gpu.now) is None
    assert gpu.now == pytest.approx(0.02)
