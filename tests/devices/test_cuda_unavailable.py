"""Each reason why CUDA cannot be used: one cause, one remedy."""

import builtins
import importlib.util
import sys
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from gpuadvisor.devices import cuda_unavailable
from gpuadvisor.devices.cuda_unavailable import cuda_unavailable_reason
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, CUDARuntimeError, FakeGpu, fake_cupy

BUS_ID = "00000000:3B:00.0"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    """A machine on which all is well, to be spoilt by the test."""
    gpu = FakeGpu()
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    monkeypatch.setitem(sys.modules, "cupy", with_spec(fake_cupy(gpu)))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID))
    return gpu


def with_spec(module: Any) -> Any:
    module.__spec__ = SimpleNamespace(name="cupy")
    return module


def reason(index: int = 0) -> tuple[str, str]:
    error = cuda_unavailable_reason(index)
    assert error is not None
    assert error.remedy
    assert "\n" not in error.what
    assert "\n" not in error.remedy
    return error.what, error.remedy


def test_all_is_well(gpu: FakeGpu) -> None:
    assert cuda_unavailable_reason() is None
    assert not gpu.called("setDevice"), "asking must not make a context"


@pytest.mark.usefixtures("gpu")
def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: None)
    what, remedy = reason()
    assert "no NVIDIA driver" in what
    assert "--gpus all" in remedy


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize(("version", "extra"), [(12040, "cuda12"), (13000, "cuda13"), (13020, "cuda13")])
def test_no_cupy(monkeypatch: pytest.MonkeyPatch, version: int, extra: str) -> None:
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: version)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    what, remedy = reason()
    assert what == "CuPy is not installed"
    assert f"pip install 'gpuadvisor[{extra}]'" in remedy


@pytest.mark.usefixtures("gpu")
def test_a_cupy_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *arguments: Any) -> Any:
        if name == "cupy":
            raise ImportError("libnvrtc.so.13: cannot open shared object file")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", broken)
    assert "libnvrtc.so.13" in reason()[0]


@pytest.mark.usefixtures("gpu")
def test_a_driver_older_than_any_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 11080)
    what, remedy = reason()
    assert "supports CUDA 11.8" in what
    assert remedy == "update the NVIDIA driver"


def test_a_driver_older_than_this_cupy(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 12080)
    gpu.failures["getDeviceCount"] = CUDARuntimeError(35)
    what, remedy = reason()
    assert "supports CUDA 12.8, this CuPy is built for 13.2" in what
    assert "gpuadvisor[cuda12]" in remedy


def test_a_driver_of_the_same_cuda_needs_no_other_cupy(gpu: FakeGpu) -> None:
    gpu.failures["getDeviceCount"] = CUDARuntimeError(35)
    assert reason()[1] == "update the driver"


@pytest.mark.parametrize("hidden", ["", "-1", "7"])
def test_every_gpu_hidden(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    gpu.failures["getDeviceCount"] = CUDARuntimeError(100)
    what, remedy = reason()
    assert f"CUDA_VISIBLE_DEVICES={hidden!r}" in what
    assert "unset" in remedy


def test_a_container_without_gpus(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: pynvml.nvmlInitWithFlags(0))
    gpu.failures["getDeviceCount"] = CUDARuntimeError(100)
    what, remedy = reason()
    assert "no GPU is" in what
    assert "--gpus all" in remedy


def test_mig_without_an_instance(gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch) -> None:
    unsplit = fake_nvml.gpu(
        "GPU-t4", "00000000:01:00.0", nvmlDeviceGetMigMode=pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
    )
    split = fake_nvml.gpu(UUID, BUS_ID, nvmlDeviceGetMigMode=[1, 1])
    fake_nvml.install(monkeypatch, unsplit, split)
    gpu.failures["getDeviceCount"] = CUDARuntimeError(100)
    what, remedy = reason()
    assert "MIG" in what
    assert "nvidia-smi mig -cgi" in remedy


@pytest.mark.parametrize(
    ("status", "words", "mend"),
    [
        (46, "busy", "nvidia-smi"),
        (802, "fabric manager", "fabricmanager"),
        (803, "different versions", "restart"),
        (999, "cudaErrorOfStatus999", "nvidia-smi"),
    ],
)
def test_cuda_does_not_start(gpu: FakeGpu, status: int, words: str, mend: str) -> None:
    gpu.failures["getDeviceCount"] = CUDARuntimeError(status)
    what, remedy = reason()
    assert words in what
    assert mend in remedy


@pytest.mark.usefixtures("gpu")
def test_an_index_beyond_the_last() -> None:
    assert reason(3) == ("there is no cuda:3", "known: cuda:0")


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize(
    ("mode", "processes", "usable"),
    [
        (pynvml.NVML_COMPUTEMODE_EXCLUSIVE_PROCESS, [SimpleNamespace(pid=1)], False),
        (pynvml.NVML_COMPUTEMODE_EXCLUSIVE_PROCESS, [], True),
        (pynvml.NVML_COMPUTEMODE_PROHIBITED, [], False),
        (pynvml.NVML_COMPUTEMODE_DEFAULT, [SimpleNamespace(pid=1)], True),
    ],
)
def test_exclusive_use(
    monkeypatch: pytest.MonkeyPatch, mode: int, processes: list[Any], usable: bool
) -> None:
    answers = {"nvmlDeviceGetComputeMode": mode, "nvmlDeviceGetComputeRunningProcesses": processes}
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID, **answers))
    if usable:
        assert cuda_unavailable_reason() is None
    else:
        what, remedy = reason()
        assert what.startswith("cuda:0: the GPU is busy")
        assert "--compute-mode=DEFAULT" in remedy
