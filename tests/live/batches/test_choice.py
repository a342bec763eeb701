"""The knee and the recommended batch, on curves whose answer is known."""

import pytest

from gpuadvisor.live.batches.child import Answer
from gpuadvisor.live.batches.choice import choose
from gpuadvisor.live.batches.contest import MOST, ROUNDS, contests
from gpuadvisor.live.batches.memory_forecast import forecast_bytes
from gpuadvisor.model.batches import BatchPoint
from tests.live.batches.points import MIB, answer, measured, refused

SATURATING = [
    measured(batch, 1000.0 * batch / (batch + 16)) for batch in (8, 16, 32, 64, 128, 256, 512, 1024)
]
"""Half of 1000/s at 16. The best tried is 1024 at 984.6; 95 % of it, 935.4, is passed at 232."""


def test_the_knee_is_the_smallest_near_the_best() -> None:
    found = choose(SATURATING, None, None)
    assert (found.best, found.knee, found.recommended) == (1024, 256, 256)
    assert found.reason == "the smallest within 5 % of the best throughput, 985 samples/s"


def test_what_is_uncertain_is_no_knee() -> None:
    """The median of 256 is near the best, but it may be under 90 % of it."""
    noisy = [
        measured(
            point.batch, 1000.0 * point.batch / (point.batch + 16), spread=0.2 if point.batch == 256 else 0.01
        )
        for point in SATURATING
    ]
    assert choose(noisy, None, None).knee == 512


def test_what_is_uncertain_is_measured_in_turns_with_the_best() -> None:
    asked: list[tuple[int, int]] = []

    def contest(batch: int, best: int) -> float:
        asked.append((batch, best))
        return {64: 0.80, 128: 0.96, 256: 0.98}[batch]

    noisy = [measured(point.batch, 500.0 + point.batch / 10, spread=0.6) for point in SATURATING]
    found = choose(noisy[3:], None, None, contest)  # 64, 128, 256, 512 and the best, 1024
    assert asked == [(256, 1024), (128, 1024), (64, 1024)]
    assert (found.best, found.knee) == (1024, 128)
    assert found.reason == "in turns with the fastest, 1024, it has 96 % of that one's throughput"


def test_the_best_of_a_disturbed_machine_may_owe_that_to_a_quiet_moment() -> None:
    points = [measured(batch, 60.0) for batch in (8, 16, 32)] + [measured(64, 100.0, spread=0.3)]
    assert choose(points, None, None, lambda *_: 1.0).knee == 8
    assert choose(points, None, None, lambda *_: 0.5).knee == 64
    quiet = [*points[:3], measured(64, 100.0)]
    assert choose(quiet, None, None, lambda *_: 1.0).knee == 64


def test_what_is_certain_is_not_measured_again() -> None:
    def never(batch: int, best: int) -> float:
        raise AssertionError((batch, best))

    assert choose(SATURATING, None, None, never).knee == 256


def test_in_turns_a_disturbed_round_does_not_count() -> None:
    speeds = iter([90.0, 100.0, 10.0, 100.0, 97.0, 100.0])  # 0.9, 0.1, 0.97
    order: list[int] = []

    def measure(batch: int) -> Answer:
        order.append(batch)
        return answer(measured(batch, next(speeds)))

    assert contests(measure)(8, 64) == pytest.approx(0.9)
    assert order == [8, 64] * ROUNDS


def test_contests_end() -> None:
    contest = contests(lambda batch: answer(measured(batch, 100.0)))
    assert [contest(8, 64) for _ in range(MOST + 1)] == [1.0] * MOST + [None]


def test_a_contest_that_one_does_not_survive_tells_nothing() -> None:
    contest = contests(lambda batch: refused(batch) if batch == 8 else answer(measured(batch, 1.0)))
    assert contest(8, 64) is None


def test_noise_of_the_best_itself_does_not_hide_it() -> None:
    points = [measured(8, 100.0), measured(16, 1000.0, spread=0.5)]
    assert choose(points, None, None).knee == 16


@pytest.mark.parametrize(("unfit", "end"), [(1025, "memory ends"), (None, "the sweep ends")])
def test_a_throughput_that_still_grows_is_said_to(unfit: int | None, end: str) -> None:
    growing = [measured(batch, 10.0 * batch) for batch in (8, 16, 32)]
    found = choose(growing, None, unfit)
    assert (found.recommended, found.reason) == (32, f"the fastest: the throughput still grows where {end}")


def test_the_fastest_without_a_near_one_is_said_to_be_that() -> None:
    found = choose([measured(8, 50.0), measured(16, 100.0), measured(32, 60.0)], None, None)
    assert (found.recommended, found.knee) == (16, 16)
    assert found.reason == "the fastest, 100 samples/s: no smaller one is within 5 % of it"


def test_a_tenth_of_the_memory_is_left_free() -> None:
    points = [measured(batch, 10.0 * batch, memory_bytes=10 * batch * MIB) for batch in (8, 16, 32)]
    found = choose(points, 330 * MIB, 33)
    assert (found.knee, found.recommended) == (32, 16)
    assert "32 takes 320 MiB of 330 MiB" in found.reason


def test_where_nothing_leaves_a_tenth_the_knee_is_told_with_that() -> None:
    points = [measured(batch, 10.0 * batch, memory_bytes=320 * MIB) for batch in (8, 16)]
    found = choose(points, 330 * MIB, 17)
    assert found.recommended == 16
    assert "over 90 % of the memory" in found.reason


def test_what_was_not_measured_is_never_recommended() -> None:
    bad = BatchPoint(batch=64, outcome="not-finite", samples_per_second=measured(64, 1e9).samples_per_second)
    found = choose([measured(8, 100.0), measured(16, 100.0), bad], None, None)
    assert (found.best, found.recommended) in [(8, 8), (16, 8)]
    assert choose([bad], None, None).recommended is None


def test_a_single_batch_is_its_own_knee() -> None:
    assert choose([measured(8, 100.0)], None, None).recommended == 8


def test_memory_is_forecast_on_the_line_through_the_two_largest() -> None:
    points = [measured(batch, 1.0, memory_bytes=(100 + 3 * batch) * MIB) for batch in (1, 8, 16)]
    assert forecast_bytes(points, 32) == (100 + 96) * MIB
    assert forecast_bytes(points[:1], 32) is None
    shrinking = [measured(8, 1.0, memory_bytes=50), measured(16, 1.0, memory_bytes=40)]
    assert forecast_bytes(shrinking, 32) == 40
