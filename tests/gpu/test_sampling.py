"""Samples of a real GPU: enough of them, close together, taken at a clock that NVML tells."""

import numpy as np
import pytest

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.devices.median import estimate
from gpuadvisor.model.kernel import Launch
from tests.gpu import programs

pytestmark = pytest.mark.gpu
ONE_THREAD = Launch(grid=(1, 1, 1), block=(1, 1, 1))
UNTIL_NARROW = Timing(warmups=2, samples=10, most_samples=200, limit_seconds=2.0)


@pytest.mark.parametrize("nanoseconds", [20_000, 2_000_000])
def test_a_kernel_of_known_length_is_timed_to_half_a_percent(
    device: IsolatedDevice, nanoseconds: int
) -> None:
    """It waits on the GPU's own clock of time, whatever the clock of its multiprocessors."""
    kernel = programs.compiled(device, programs.WAIT, "wait")
    result = device.launch(kernel, ONE_THREAD, (np.uint64(nanoseconds),), UNTIL_NARROW)
    found = estimate([time.seconds for time in result.times])
    assert len(result.times) >= 10
    assert found.relative_standard_error is not None
    assert found.relative_standard_error <= 0.005
    assert nanoseconds * 1e-9 <= found.median * 1.01
    assert found.median <= nanoseconds * 1e-9 + 10e-6


def test_the_gpu_is_looked_at_and_awake(device: IsolatedDevice) -> None:
    kernel = programs.compiled(device, programs.WAIT, "wait")
    result = device.launch(kernel, ONE_THREAD, (np.uint64(100_000),), UNTIL_NARROW)
    assert result.looks
    clocks = [look.sm_clock_hz for look in result.looks if look.sm_clock_hz]
    assert min(clocks) > 0.3 * device.facts.sm_clock_hz
    assert max(clocks) <= 1.01 * device.facts.sm_clock_hz
    assert all(look.temperature_celsius for look in result.looks)


def test_gigabytes_travel_in_seconds_and_unharmed(device: IsolatedDevice) -> None:
    array = np.arange(1 << 28, dtype=np.uint32)
    buffer = device.upload(array)
    assert np.array_equal(device.download(buffer, array), array)
    device.free(buffer)
