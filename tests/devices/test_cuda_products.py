"""Products of matrices through a fake CuPy that multiplies with NumPy."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gpuadvisor.devices import cuda_unavailable
from gpuadvisor.devices.activities import Activity, MatrixElement, Multiply
from gpuadvisor.devices.cuda import CudaDevice
from gpuadvisor.devices.cuda_products import has_matrix_library
from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, CublasError, FakeGpu, fake_cupy
from tests.devices.test_cuda_unavailable import with_spec


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    gpu = FakeGpu()
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    monkeypatch.setitem(sys.modules, "cupy", with_spec(fake_cupy(gpu)))
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, "00000000:3B:00.0"))
    return gpu


@pytest.fixture
def device(gpu: FakeGpu) -> CudaDevice:  # noqa: ARG001 - the GPU is found through CuPy
    return CudaDevice()


@pytest.mark.parametrize("element", ["float16", "float32", "float64"])
def test_a_product_is_put_on_its_stream(gpu: FakeGpu, device: CudaDevice, element: MatrixElement) -> None:
    left, right = np.arange(64, dtype=element).reshape(8, 8), np.eye(8, k=1, dtype=element) * 2
    buffers = [device.upload(each) for each in (left, right, np.zeros_like(left))]
    product = Multiply(
        left=buffers[0], right=buffers[1], target=buffers[2], element=element, size=8, stream=1
    )
    device.perform(Activity(steps=[product]), Timing(samples=3))
    assert np.array_equal(device.download(buffers[2], left), left @ right)
    streams = {stream for _, _, stream in gpu.called("dot")}
    assert [call[:2] for call in gpu.called("dot")] == [((8, 8), element)] * 3
    assert len(streams) == 1
    assert gpu.entered == []


def test_a_matrix_fits_its_buffer(device: CudaDevice) -> None:
    small = device.upload(np.zeros(63, np.float32), "small")
    product = Multiply(left=small, right=small, target=small, element="float32", size=8)
    with pytest.raises(GpuAdvisorError, match="holds no 8 x 8 elements of float32"):
        device.perform(Activity(steps=[product]))


@pytest.mark.parametrize("error", [CublasError("CUBLAS_STATUS_ALLOC_FAILED"), MemoryError("no room")])
def test_a_failure_of_the_library_is_told(gpu: FakeGpu, device: CudaDevice, error: Exception) -> None:
    gpu.failures["dot"] = error
    matrix = device.upload(np.zeros((8, 8), np.float32))
    product = Multiply(left=matrix, right=matrix, target=matrix, element="float32", size=8)
    with pytest.raises(GpuAdvisorError, match=f"the vendor's library failed: {error}") as caught:
        device.perform(Activity(steps=[product]))
    assert caught.value.remedy
    assert gpu.entered == []


def test_a_gpu_with_the_library_can_multiply(device: CudaDevice) -> None:
    assert "matrix_library" in device.facts.abilities


def test_cupy_may_find_no_library() -> None:
    class WithoutLibrary:
        @property
        def cublas(self) -> object:
            raise ImportError("libcublas.so.13: cannot open shared object file")

    assert not has_matrix_library(SimpleNamespace(cuda=WithoutLibrary()))


def test_an_emulated_device_has_no_library() -> None:
    device = EmulatedDevice("h100")
    matrix = device.upload(np.zeros((8, 8), np.float32))
    product = Multiply(left=matrix, right=matrix, target=matrix, element="float32", size=8)
    with pytest.raises(GpuAdvisorError, match="a product of the vendor's library means nothing"):
        device.perform(Activity(steps=[product]))
