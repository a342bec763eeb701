"""What stands between the events, on a clock that only GPU work moves."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from gpuadvisor.devices.cuda_timing import EventTimer
from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.sampling import sample
from tests.devices.fake_cupy import FakeGpu, fake_cupy

STREAM = SimpleNamespace(ptr=1)


def timer(gpu: FakeGpu) -> EventTimer:
    def hold(seconds: float) -> None:
        gpu.record("hold", seconds)
        gpu.now += seconds

    def flush() -> None:
        gpu.record("flush")
        gpu.now += 30e-6

    return EventTimer(fake_cupy(gpu), STREAM, hold, flush)


def kernel(gpu: FakeGpu, seconds: float) -> Callable[[], None]:
    def enqueue() -> None:
        gpu.record("launch")
        gpu.now += seconds

    return enqueue


def samples(gpu: FakeGpu, enqueue: Callable[[], None], timing: Timing) -> list[float]:
    return sample(timer(gpu).sampler(enqueue, timing), lambda: None, timing).seconds


def names(gpu: FakeGpu) -> list[str]:
    return [call[0] for call in gpu.log]


def test_a_long_kernel_is_launched_once_per_sample() -> None:
    gpu = FakeGpu()
    seconds = samples(gpu, kernel(gpu, 3e-3), Timing(warmups=1, samples=4))
    assert seconds == pytest.approx([3e-3] * 4)
    assert len(gpu.called("launch")) == 5


@pytest.mark.parametrize(
    ("kernel_seconds", "launches"), [(2.2e-6, 91), (20e-6, 10), (199e-6, 2), (201e-6, 1)]
)
def test_a_short_kernel_is_launched_often_enough_for_the_events(kernel_seconds: float, launches: int) -> None:
    gpu = FakeGpu()
    seconds = samples(gpu, kernel(gpu, kernel_seconds), Timing(warmups=1, samples=3))
    assert seconds == pytest.approx([kernel_seconds] * 3)
    assert len(gpu.called("launch")) == 1 + 3 * launches


def test_an_empty_kernel_has_a_bound_on_its_launches() -> None:
    gpu = FakeGpu()
    samples(gpu, kernel(gpu, 0.0), Timing(warmups=1, samples=1))
    assert len(gpu.called("launch")) == 1 + 128


def test_a_cold_sample_flushes_before_the_events_and_launches_once() -> None:
    gpu = FakeGpu()
    seconds = samples(gpu, kernel(gpu, 2e-6), Timing(warmups=1, samples=2, cold=True))
    assert seconds == pytest.approx([2e-6] * 2)
    assert names(gpu) == ["flush", "hold", "event", "launch", "event", "synchronize"] * 2


def test_without_warm_ups_the_kernel_runs_exactly_as_often_as_asked() -> None:
    gpu = FakeGpu()
    samples(gpu, kernel(gpu, 2e-6), Timing())
    assert names(gpu) == ["hold", "event", "launch", "event", "synchronize"]


def test_the_stream_is_held_long_enough_to_enqueue_every_launch() -> None:
    gpu = FakeGpu()
    samples(gpu, kernel(gpu, 2.2e-6), Timing(warmups=1, samples=1))
    (first,), (second,) = gpu.called("hold")
    assert second - first == pytest.approx(90 * 20e-6)
