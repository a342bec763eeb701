"""A GPU for the tests marked `gpu`, or a skip that names the one thing that is absent."""

from collections.abc import Iterator
from functools import partial

import pytest

from gpuadvisor.devices.cuda import CudaDevice, cuda_unavailable_reason
from gpuadvisor.devices.isolated import IsolatedDevice


@pytest.fixture(scope="session")
def device() -> Iterator[IsolatedDevice]:
    """The first GPU, in a process that may be lost; a launch may take ten seconds."""
    reason = cuda_unavailable_reason()
    if reason is not None:
        pytest.skip(reason.what)
    device = IsolatedDevice(partial(CudaDevice, 0), limit_seconds=10.0)
    yield device
    device.close()
