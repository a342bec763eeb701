"""The driver and its GPUs, as NVML tells of them."""

from typing import Any

import pynvml
import pytest

from gpuadvisor.examining.looks import nvidia
from gpuadvisor.examining.looks.nvidia import Gpu, Instance, look
from tests.devices import fake_nvml
from tests.examining.machines import GIB

NOTHING = object()


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "driver_cuda_version", lambda: 13000)


def install(monkeypatch: pytest.MonkeyPatch, *gpus: Any) -> None:
    """Let pynvml speak for these GPUs; an instance of one is a GPU itself."""
    fake_nvml.install(monkeypatch, *gpus)

    def instance(handle: Any, place: int) -> Any:
        if handle.answers["instances"][place] is NOTHING:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return handle.answers["instances"][place]

    def memory_of(handle: Any) -> Any:
        if isinstance(handle.answers["memory"], pynvml.NVMLError):
            raise handle.answers["memory"]
        return handle.answers["memory"]

    functions = {
        "nvmlDeviceGetName": lambda handle: handle.answers["name"],
        "nvmlDeviceGetCudaComputeCapability": lambda _: (9, 0),
        "nvmlDeviceGetMemoryInfo": memory_of,
        "nvmlDeviceGetMaxMigDeviceCount": lambda handle: len(handle.answers["instances"]),
        "nvmlDeviceGetMigDeviceHandleByIndex": instance,
    }
    for name, function in functions.items():
        monkeypatch.setattr(pynvml, name, function)


def memory(total: int) -> Any:
    return pynvml.c_nvmlMemory_t(total=total)


def gpu(name: str, **answers: Any) -> Any:
    return fake_nvml.gpu("GPU-a", "0:0", **{"name": name, "memory": memory(80 * GIB), **answers})


@pytest.mark.usefixtures("driver")
def test_a_gpu_is_told_with_its_capability_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, gpu("NVIDIA H100"))
    found = look()
    assert (found.cuda_version, found.driver_version, found.problem) == (13000, "580.159.04", None)
    assert found.gpus == [
        Gpu(
            index=0,
            name="NVIDIA H100",
            compute_capability=(9, 0),
            memory_bytes=80 * GIB,
            mig_enabled=False,
            compute_mode="default",
        )
    ]


@pytest.mark.usefixtures("driver")
def test_the_instances_of_a_split_gpu_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    half = fake_nvml.gpu("MIG-a", "0:0", name="MIG 3g.40gb", memory=memory(40 * GIB))
    install(monkeypatch, gpu("NVIDIA H100", nvmlDeviceGetMigMode=[1, 1], instances=[half, NOTHING, half]))
    assert look().gpus[0].instances == [Instance(name="MIG 3g.40gb", memory_bytes=40 * GIB)] * 2


@pytest.mark.usefixtures("driver")
def test_memory_that_the_driver_does_not_tell_of_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, gpu("NVIDIA GB10", memory=pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)))
    assert look().gpus[0].memory_bytes is None


@pytest.mark.usefixtures("driver")
def test_what_nvml_says_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)

    monkeypatch.setattr(pynvml, "nvmlInit", refuse)
    found = look()
    assert (found.cuda_version, found.gpus) == (13000, [])
    assert "mismatch" in (found.problem or "").lower()


def test_without_a_driver_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia, "driver_cuda_version", lambda: None)
    fake_nvml.remove(monkeypatch)
    found = look()
    assert (found.cuda_version, found.driver_version, found.gpus) == (None, None, [])
    assert "Not Found" in (found.problem or "")
