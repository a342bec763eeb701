"""Kernels that fault or hang cost their launch, not the run."""

import numpy as np
import pytest

from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.model.kernel import Launch
from tests.gpu import programs

pytestmark = pytest.mark.gpu
LAUNCH = Launch(grid=(1, 1, 1), block=(32, 1, 1))


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (programs.STRAY, "stray", "kernel stray accessed memory outside every buffer"),
        (programs.HANG, "hang", "kernel hang did not end within 10 s"),
    ],
)
def test_the_next_launch_works(device: IsolatedDevice, source: str, name: str, words: str) -> None:
    zeros = np.zeros(32, np.uint32)
    kernel = programs.compiled(device, source, name)
    with pytest.raises(DeviceLostError, match=words) as caught:
        device.launch(kernel, LAUNCH, (device.upload(zeros, "words"),))
    assert "emulated" in str(caught.value)
    y, x = np.ones(32, np.float32), np.arange(32, dtype=np.float32)
    buffer = device.upload(y, "y")
    arguments = (buffer, device.upload(x, "x"), np.float32(2), np.uint32(32))
    device.launch(programs.compiled(device, programs.SAXPY, "saxpy"), LAUNCH, arguments)
    assert np.array_equal(device.download(buffer, y), 2 * x + 1)
