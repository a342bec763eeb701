"""The order of the batches: doubled, narrowed down to what fits, ended where nothing is to be learnt."""

from collections.abc import Callable

import msgspec
import pytest

from gpuadvisor.live.batches.child import Answer
from gpuadvisor.live.batches.sweep import FIRST_FAILURES, Bounds, Swept, sweep
from gpuadvisor.model.batches import BatchPlace
from tests.live.batches.points import CPU, GPU, MIB, answer, measured, refused

Measure = Callable[[int], Answer]


def fits_up_to(limit: int, place: BatchPlace = GPU) -> Measure:
    """A step whose throughput grows with the batch, and that runs out of memory above `limit`."""
    return lambda batch: answer(measured(batch, 100.0 * batch), place) if batch <= limit else refused(batch)


def tried(measure: Measure, bounds: Bounds) -> tuple[list[int], Swept]:
    order: list[int] = []
    return order, sweep(measure, bounds, order.append)


def bounds(first: int = 8, last: int | None = None, **others: int) -> Bounds:
    return Bounds(first=first, last=last, seconds=1.0, **others)


@pytest.mark.parametrize("limit", [8, 9, 15, 16, 100, 127, 128, 1000, 1023, 1024, 99_999])
def test_the_largest_that_fits_is_found_to_a_sixteenth(limit: int) -> None:
    _, swept = tried(fits_up_to(limit), bounds())
    assert swept.largest is not None
    assert swept.smallest_unfit is not None
    assert swept.largest <= limit < swept.smallest_unfit
    assert swept.smallest_unfit - swept.largest <= max(1, swept.largest // 16)


def test_the_order_is_doubled_then_halved() -> None:
    order, swept = tried(fits_up_to(100), bounds())
    assert order == [8, 16, 32, 64, 128, 96, 112, 104, 100, 102, 101][: len(order)]
    assert [point.batch for point in swept.points] == sorted(order)


def test_no_batch_is_tried_twice() -> None:
    order, _ = tried(fits_up_to(3000), bounds(1))
    assert len(order) == len(set(order))


def test_the_last_one_asked_for_ends_the_sweep() -> None:
    order, swept = tried(fits_up_to(10**9), bounds(8, 100))
    assert order == [8, 16, 32, 64, 100]
    assert (swept.largest, swept.smallest_unfit) == (100, None)


def test_the_last_one_may_not_fit() -> None:
    order, swept = tried(fits_up_to(70), bounds(8, 100))
    assert order[:5] == [8, 16, 32, 64, 100]
    assert swept.largest is not None
    assert 64 <= swept.largest <= 70


def test_batches_too_small_for_the_network_are_passed_over() -> None:
    def normalised(batch: int) -> Answer:
        return refused(batch, "failed", "one value") if batch < 4 else fits_up_to(32)(batch)

    order, swept = tried(normalised, bounds(1))
    assert order[:4] == [1, 2, 4, 8]
    assert swept.largest == 32
    assert swept.smallest_unfit == 34  # to a sixteenth of 32


def test_a_step_that_never_works_ends_the_sweep() -> None:
    order, swept = tried(lambda batch: refused(batch, "failed"), bounds(1))
    assert len(order) == FIRST_FAILURES
    assert (swept.place, swept.largest) == (None, None)


def test_a_first_batch_that_does_not_fit_ends_the_sweep() -> None:
    order, _ = tried(fits_up_to(4), bounds(8))
    assert order == [8]


@pytest.mark.parametrize("outcome", ["crashed", "failed", "out-of-memory"])
def test_whatever_ends_larger_batches_costs_its_points_alone(outcome: str) -> None:
    def fragile(batch: int) -> Answer:
        return fits_up_to(50)(batch) if batch <= 50 else refused(batch, outcome)  # type: ignore[arg-type]

    _, swept = tried(fragile, bounds())
    assert swept.largest is not None
    assert 48 <= swept.largest <= 50


def test_a_loss_that_is_not_finite_does_not_end_the_sweep() -> None:
    def poisoned(batch: int) -> Answer:
        found = fits_up_to(64)(batch)
        if batch != 16:
            return found
        return answer(msgspec.structs.replace(found.point, outcome="not-finite"))

    order, swept = tried(poisoned, bounds())
    assert order[:4] == [8, 16, 32, 64]
    assert [point.batch for point in swept.points if point.outcome == "not-finite"] == [16]


def test_control_c_keeps_what_there_is() -> None:
    def interrupted(batch: int) -> Answer:
        if batch == 64:
            raise KeyboardInterrupt
        return fits_up_to(1000)(batch)

    order, swept = tried(interrupted, bounds())
    assert order == [8, 16, 32, 64]
    assert [point.batch for point in swept.points] == [8, 16, 32]
    assert swept.interrupted
    assert "interrupted" in swept.notes[0]


def test_over_the_limit_asked_for_a_batch_does_not_fit() -> None:
    def growing(batch: int) -> Answer:
        return answer(measured(batch, 100.0 * batch, memory_bytes=(100 + batch) * MIB))

    _, swept = tried(growing, bounds(8, memory_bytes=164 * MIB))
    assert (swept.largest, swept.smallest_unfit) == (64, 68)
    assert "over the limit of 164 MiB" in (swept.points[-1].reason or "")


def test_on_a_cpu_what_would_not_fit_is_not_tried() -> None:
    def growing(batch: int) -> Answer:
        assert 100 + 2 * batch <= 400, "would bring the machine down"
        return answer(measured(batch, 1.5**batch, memory_bytes=(100 + 2 * batch) * MIB), CPU)

    order, swept = tried(growing, bounds(8, cpu_memory_bytes=400 * MIB))
    unfit = [point for point in swept.points if point.outcome == "not-tried"]
    assert unfit
    assert not {point.batch for point in unfit} & set(order)
    assert all(point.samples_per_second is None for point in unfit)
    assert swept.largest is not None
    assert 144 <= swept.largest <= 150


def test_a_cpus_default_limit_is_none_for_a_gpu() -> None:
    limits = Bounds(first=1, last=None, seconds=1, cpu_memory_bytes=5)
    assert (limits.limit_bytes(CPU), limits.limit_bytes(GPU), limits.limit_bytes(None)) == (5, None, None)


def test_a_step_that_takes_too_long_ends_the_sweep() -> None:
    order, swept = tried(lambda batch: answer(measured(batch, 10.0)), bounds(8))
    assert order == [8, 16, 32, 64]  # 64 samples at 10/s: 6.4 s
    assert swept.notes == ["larger batches were not tried: a step of 64 lasts 6.4 s"]
    assert swept.smallest_unfit is None


def test_on_a_cpu_the_sweep_ends_where_the_throughput_no_longer_grows() -> None:
    def flat(batch: int) -> Answer:
        return answer(measured(batch, 1000.0 * min(batch, 64)), CPU)

    order, swept = tried(flat, bounds(8))
    assert order == [8, 16, 32, 64, 128, 256, 512]
    assert "no longer grows" in swept.notes[0]


def test_on_a_gpu_it_goes_on_to_the_largest_that_fits() -> None:
    order, swept = tried(
        lambda batch: answer(measured(batch, 1e6)) if batch <= 8192 else refused(batch), bounds(8)
    )
    assert 16384 in order
    assert swept.largest == 8192
