"""Results, times and limits of launches on the GPU at hand."""

import numpy as np
import pytest

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.gpu import programs

pytestmark = pytest.mark.gpu
ONE_THREAD = Launch(grid=(1, 1, 1), block=(1, 1, 1))


@pytest.mark.parametrize("offset_bytes", [0, 4, 44])
def test_saxpy_is_right(device: IsolatedDevice, offset_bytes: int) -> None:
    n = 100_003
    x, y = np.arange(n, dtype=np.float32), np.full(n, 0.5, np.float32)
    on_gpu, other = device.upload(y, "y", offset_bytes), device.upload(x, "x")
    launch = Launch(grid=(n // 256 + 1, 1, 1), block=(256, 1, 1))
    arguments = (on_gpu, other, np.float32(2.0), np.uint32(n))
    device.launch(programs.compiled(device, programs.SAXPY, "saxpy"), launch, arguments)
    assert np.array_equal(device.download(on_gpu, y), 2.0 * x + 0.5)
    device.free(on_gpu)
    device.free(other)


@pytest.mark.parametrize("microseconds", [5, 200, 5000])
def test_a_kernel_that_waits_takes_as_long_as_it_waits(device: IsolatedDevice, microseconds: int) -> None:
    kernel = programs.compiled(device, programs.WAIT, "wait")
    argument = np.uint64(microseconds * 1000)
    result = device.launch(kernel, ONE_THREAD, (argument,), Timing(warmups=2, samples=9))
    assert len(result.times) == 9
    assert microseconds * 1e-6 * 0.8 < result.seconds < microseconds * 1e-6 + 10e-6


def test_a_cold_l2_is_slower_than_a_warm_one(device: IsolatedDevice) -> None:
    words = np.ones(device.facts.l2_bytes // 4 // 4, np.uint32)
    buffers = device.upload(np.zeros(1, np.uint32), "total"), device.upload(words, "words")
    kernel = programs.compiled(device, programs.SUM, "sum")
    launch = Launch(grid=(2 * device.facts.multiprocessors, 1, 1), block=(512, 1, 1))
    arguments = (*buffers, np.uint32(len(words) // 4))
    warm = device.launch(kernel, launch, arguments, Timing(warmups=3, samples=11))
    cold = device.launch(kernel, launch, arguments, Timing(warmups=3, samples=11, cold=True))
    assert cold.seconds > 1.1 * warm.seconds
    for buffer in buffers:
        device.free(buffer)


def test_conditions_are_sampled_around_the_launch(device: IsolatedDevice) -> None:
    kernel = programs.compiled(device, programs.WAIT, "wait")
    result = device.launch(kernel, ONE_THREAD, (np.uint64(50_000_000),), Timing(warmups=1, samples=3))
    assert result.before is not None
    assert result.after is not None
    assert result.after.sm_clock_hz == pytest.approx(result.before.sm_clock_hz, rel=0.2)


def test_more_shared_memory_than_the_default(device: IsolatedDevice) -> None:
    words = np.arange(15_000, dtype=np.uint32)
    buffer = device.upload(words, "words")
    launch = Launch(grid=(1, 1, 1), block=(256, 1, 1), dynamic_shared_bytes=words.nbytes)
    kernel = programs.compiled(device, programs.REVERSE, "reverse")
    device.launch(kernel, launch, (buffer, np.uint32(len(words))))
    assert np.array_equal(device.download(buffer, words), words[::-1])
    device.free(buffer)


def test_a_launch_beyond_the_limits_is_refused_and_costs_nothing(device: IsolatedDevice) -> None:
    kernel = programs.compiled(device, programs.WAIT, "wait")
    buffer = device.upload(np.arange(3), "kept")
    with pytest.raises(GpuAdvisorError, match="kernel wait"):
        device.launch(kernel, Launch(grid=(1, 1, 1), block=(2048, 1, 1)), (np.uint64(0),))
    assert np.array_equal(device.download(buffer, np.arange(3)), np.arange(3))
    device.free(buffer)
