from collections.abc import Iterator
from itertools import chain, cycle, repeat

import numpy as np

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.sampling import Passing
from gpuadvisor.probing.correctness import Output
from gpuadvisor.probing.declaration import ReadingDeclaration
from gpuadvisor.probing.repeated_readings import repeat_readings

CYCLES = ReadingDeclaration(name="chain_cycles", reduce="mean", buffers=["cycles"])
TIMING = Timing(samples=10, most_samples=100, limit_seconds=1.0)


def run(values: Iterator[float], timing: Timing = TIMING, launch_seconds: float = 0.01) -> list[float]:
    """Return the samples of a kernel that writes these values; every launch takes its time."""
    passed = 0.0

    def again() -> dict[str, Output]:
        nonlocal passed
        passed += launch_seconds
        return {"cycles": np.array([next(values)] * 3)}

    first = {"cycles": np.array([next(values)] * 3)}
    passing = Passing(now=lambda: passed)
    return repeat_readings(again, [CYCLES], first, timing, passing)["chain_cycles"]


def test_the_same_reading_over_and_over_is_read_ten_times() -> None:
    assert run(repeat(7.0)) == [7.0] * 10


def test_scattered_readings_are_repeated_until_the_time_is_over() -> None:
    assert 95 <= len(run(cycle([1.0, 2.0]), Timing(samples=10, most_samples=999, limit_seconds=1.0))) <= 105


def test_one_odd_reading_does_not_matter() -> None:
    assert len(run(chain([50.0], repeat(7.0)))) == 10


def test_ten_are_taken_even_if_they_take_too_long() -> None:
    assert len(run(cycle([1.0, 2.0]), launch_seconds=5.0)) == 10


def test_without_readings_nothing_is_launched() -> None:
    assert repeat_readings(lambda: 1 / 0, [], {}, TIMING) == {}  # type: ignore[arg-type, return-value]
