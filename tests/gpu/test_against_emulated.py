"""The same kernel gives the same bits on the GPU and on the emulated one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.devices.device import Device
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.kernel import Launch
from tests.gpu import programs
from tools.recording.nearest import nearest_emulated

pytestmark = pytest.mark.gpu
N = 5000
LAUNCH = Launch(grid=(20, 1, 1), block=(256, 1, 1))


@pytest.fixture(scope="module")
def emulated(device: IsolatedDevice) -> Device:
    return open_device(nearest_emulated(device.facts), all_blocks=True)


def outputs(device: Device, source: str, name: str, inputs: NDArray[np.generic]) -> NDArray[np.generic]:
    out = np.zeros(N, np.uint32)
    buffers = device.upload(out, "out"), device.upload(inputs, "in")
    device.launch(programs.compiled(device, source, name), LAUNCH, (*buffers, np.uint32(N)))
    return device.download(buffers[0], out)


def test_integers_shuffles_votes_shared_memory_and_divergence(
    device: IsolatedDevice, emulated: Device
) -> None:
    inputs = np.random.default_rng(7).normal(size=N).astype(np.float32)
    expected = outputs(emulated, programs.MIX, "mix", inputs)
    assert len(np.unique(expected)) > N // 2
    assert np.array_equal(outputs(device, programs.MIX, "mix", inputs), expected)
