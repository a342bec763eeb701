"""One batch: what is timed, for how long, and what is taken from its memory and its loss."""

from collections.abc import Callable

import pytest

from gpuadvisor.live.batches.measure import MOST_TIMINGS, Bench
from gpuadvisor.model.batches import BatchPlace
from tests.live.batches.points import GPU


class Clock:
    """Time that steps and waits let pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class ScriptedPlace:
    """A GPU on which launched steps take their time when they are waited for."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.pending, self.log = clock, 0.0, list[str]()

    def description(self) -> BatchPlace:
        """Say which it is."""
        return GPU

    def wait(self) -> None:
        """Let the pending work take its time."""
        self.clock.now += self.pending
        self.pending = 0.0

    def reset_peak(self) -> None:
        """Take a note."""
        self.log.append("reset")

    def peak_bytes(self) -> int:
        """Return a peak."""
        return 12345

    def free(self) -> None:
        """Take a note."""
        self.log.append("free")


def bench(step_seconds: float, returned: object = 1.0) -> tuple[Bench, ScriptedPlace]:
    clock = Clock()
    place = ScriptedPlace(clock)

    def make(batch: int) -> Callable[[], object]:
        place.log.append(f"make {batch}")

        def step() -> object:
            place.pending += step_seconds
            return returned

        return step

    return Bench(make, lambda: place, clock), place


def test_the_time_of_a_step_includes_the_gpus() -> None:
    found, _ = bench(0.25)
    measured = found.measure(32, 2.0)
    point = measured.point
    assert measured.place == GPU
    assert point.step_seconds is not None
    assert point.step_seconds.median == pytest.approx(0.25)
    assert point.samples_per_second is not None
    assert point.samples_per_second.median == pytest.approx(128)
    assert (point.timings, point.steps, point.peak_memory_bytes) == (8, 8, 12345)


def test_short_steps_are_timed_together() -> None:
    found, _ = bench(0.001)
    point = found.measure(4, 10.0).point
    assert (point.timings, point.steps) == (MOST_TIMINGS, 20 * MOST_TIMINGS)


def test_long_steps_are_timed_often_enough_for_an_interval() -> None:
    found, _ = bench(30.0)
    assert found.measure(4, 1.0).point.timings == 6


def test_memory_counts_from_each_batch_and_is_given_back() -> None:
    found, place = bench(1.0)
    found.measure(8, 1.0)
    found.measure(16, 1.0)
    assert place.log == ["make 8", "free", "reset", "make 16", "free"]


@pytest.mark.parametrize(
    ("returned", "outcome", "finite"),
    [
        (0.5, "measured", True),
        (None, "measured", None),
        (float("nan"), "not-finite", False),
        ([float("inf"), 0.9], "not-finite", False),
        ({"loss": 0.5}, "measured", True),
        ("a text", "measured", None),
    ],
)
def test_the_loss_is_to_be_finite(returned: object, outcome: str, finite: bool | None) -> None:
    found, _ = bench(1.0, returned)
    point = found.measure(8, 1.0).point
    assert (point.outcome, point.loss_was_finite) == (outcome, finite)


def test_memory_is_given_back_where_a_step_fails() -> None:
    found, place = bench(1.0)
    found.measure(8, 1.0)
    place.wait = lambda: (_ for _ in ()).throw(MemoryError)  # type: ignore[method-assign, assignment]
    with pytest.raises(MemoryError):
        found.measure(16, 1.0)
    assert place.log[-1] == "free"
