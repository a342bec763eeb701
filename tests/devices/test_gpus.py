"""The GPUs of a host, by UUID."""

import sys
from types import SimpleNamespace

import pynvml
import pytest

from gpuadvisor.devices import cuda_unavailable
from gpuadvisor.devices.gpus import Gpu, cuda_gpus
from gpuadvisor.model.errors import GpuAdvisorError
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, CUDARuntimeError, FakeGpu, fake_cupy

BUS_ID = "00000000:3B:00.0"
NAME = "NVIDIA A100-SXM4-40GB"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    """A machine with one GPU, on which all is well."""
    gpu = FakeGpu()
    module = fake_cupy(gpu)
    module.__spec__ = SimpleNamespace(name="cupy")
    monkeypatch.setitem(sys.modules, "cupy", module)
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID))
    return gpu


@pytest.mark.usefixtures("gpu")
def test_cuda_tells_the_uuid() -> None:
    assert cuda_gpus() == [Gpu(0, NAME, UUID)]


def test_nvml_tells_a_uuid_that_was_cut_short(gpu: FakeGpu) -> None:
    gpu.properties["uuid"] = b"\x01\x02"
    assert cuda_gpus() == [Gpu(0, NAME, UUID)]


def test_a_uuid_that_nobody_tells(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu.properties["uuid"] = b"\x01\x02"
    fake_nvml.install(monkeypatch)
    assert cuda_gpus() == [Gpu(0, NAME, None)]


@pytest.mark.usefixtures("gpu")
def test_a_busy_gpu_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    prohibited = {"nvmlDeviceGetComputeMode": pynvml.NVML_COMPUTEMODE_PROHIBITED}
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID, **prohibited))
    assert cuda_gpus() == [Gpu(0, NAME, UUID)]


def test_where_cuda_cannot_be_used_it_says_why(gpu: FakeGpu) -> None:
    gpu.failures["getDeviceCount"] = CUDARuntimeError(100)
    with pytest.raises(GpuAdvisorError, match="no GPU is"):
        cuda_gpus()
