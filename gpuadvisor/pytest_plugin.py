"""The pytest plugin: the fixture `gpu_kernel`, for tests that guard what kernels do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gpuadvisor.kernel_tests import KernelUnderTest


@pytest.fixture
def gpu_kernel(request: pytest.FixtureRequest) -> "Callable[..., KernelUnderTest]":
    """Return `gpu_kernel("k.cu:name", grid=..., block=..., args=[...])`, which analyses a kernel.

    The file is found from the test's folder. The launch is given as for `gpuadvisor.analyze`, or left out
    where a launch file lies beside the source. `device="cuda"` times the kernel on the GPU.
    """

    def analysed(kernel: str, **launch: Any) -> "KernelUnderTest":  # noqa: ANN401 - arguments of `analyze`
        # Imported here: pytest loads every plugin for every run.
        from gpuadvisor.kernel_tests import kernel_under_test

        return kernel_under_test(kernel, request.path.parent, launch)

    return analysed
