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


def split(monkeypatch: pytest.MonkeyPatch, *profiles: str) -> None:
    """Let the GPU be in MIG mode, with an instance of each profile and an empty place."""
    instances = [
        fake_nvml.gpu(f"MIG-{number}", BUS_ID, nvmlDeviceGetName=f"{NAME} MIG {profile}")
        for number, profile in enumerate(profiles)
    ]
    parent = fake_nvml.gpu(
        UUID, BUS_ID, nvmlDeviceGetMigMode=[1, 1], nvmlDeviceGetMaxMigDeviceCount=len(profiles) + 1
    )
    fake_nvml.install(monkeypatch, parent)

    def instance(_: object, place: int) -> object:
        if place == 1:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return instances[place - (place > 1)]

    monkeypatch.setattr(pynvml, "nvmlDeviceGetMigDeviceHandleByIndex", instance)
    for name in ("nvmlDeviceGetName", "nvmlDeviceGetMaxMigDeviceCount"):
        monkeypatch.setattr(pynvml, name, lambda handle, name=name: handle.answers[name])


def test_a_split_gpu_stands_as_its_instances(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA shows the first of them only."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpu.properties["name"] = f"{NAME} MIG 3g.20gb".encode()
    split(monkeypatch, "3g.20gb", "1g.5gb")
    assert cuda_gpus() == [
        Gpu(None, f"{NAME} MIG 3g.20gb", "MIG-0"),
        Gpu(None, f"{NAME} MIG 1g.5gb", "MIG-1"),
    ]
    assert [each.device for each in cuda_gpus()] == ["cuda:MIG-0", "cuda:MIG-1"]


def test_an_instance_that_was_chosen_is_the_only_one(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-0")
    gpu.properties["name"] = f"{NAME} MIG 3g.20gb".encode()
    split(monkeypatch, "3g.20gb", "1g.5gb")
    assert cuda_gpus() == [Gpu(0, f"{NAME} MIG 3g.20gb", UUID.replace("GPU", "MIG"))]
