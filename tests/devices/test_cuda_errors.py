"""CUDA's codes against NVIDIA's own enumeration, and the errors made of them."""

import pickle

import pytest

from gpuadvisor.devices.cuda_errors import (
    FAULTS,
    DeviceLostError,
    Status,
    as_user_error,
    cuda_errors,
)
from gpuadvisor.model.errors import GpuAdvisorError
from tests.devices.fake_cupy import CUDADriverError, CUDARuntimeError, FakeGpu, fake_cupy

DRIVER_NAMES = {
    Status.INITIALIZATION_ERROR: "CUDA_ERROR_NOT_INITIALIZED",
    Status.DEVICES_UNAVAILABLE: "CUDA_ERROR_DEVICE_UNAVAILABLE",
    Status.NO_KERNEL_IMAGE: "CUDA_ERROR_NO_BINARY_FOR_GPU",
    Status.INVALID_PROGRAM_COUNTER: "CUDA_ERROR_INVALID_PC",
    Status.LAUNCH_FAILURE: "CUDA_ERROR_LAUNCH_FAILED",
}
RUNTIME_ONLY = {Status.INSUFFICIENT_DRIVER: "cudaErrorInsufficientDriver"}


@pytest.mark.parametrize("status", Status)
def test_codes_are_cudas_own(status: Status) -> None:
    if status in RUNTIME_ONLY:
        runtime = pytest.importorskip("cuda.bindings.runtime", reason="cuda-bindings is not installed")
        assert getattr(runtime.cudaError_t, RUNTIME_ONLY[status]) == status
    else:
        driver = pytest.importorskip("cuda.bindings.driver", reason="cuda-bindings is not installed")
        name = DRIVER_NAMES.get(status, f"CUDA_ERROR_{status.name}")
        assert getattr(driver.CUresult, name) == status


@pytest.mark.parametrize("kind", [CUDARuntimeError, CUDADriverError])
def test_a_fault_loses_the_device_and_points_at_the_emulator(kind: type[CUDARuntimeError]) -> None:
    with (
        pytest.raises(DeviceLostError, match="kernel scan accessed memory outside") as caught,
        cuda_errors(fake_cupy(FakeGpu()), "kernel scan"),
    ):
        raise kind(700)
    assert "analyze" in str(caught.value)
    assert "emulated:" in str(caught.value)


@pytest.mark.parametrize("status", [1, 2, 46, 209, 218, 222, 701, 999])
def test_other_failures_leave_the_device_usable(status: int) -> None:
    error = as_user_error(status, "text of CUDA", "kernel scan")
    assert not isinstance(error, DeviceLostError)
    assert "kernel scan" in str(error)
    assert error.remedy


def test_an_unknown_code_keeps_cudas_text() -> None:
    assert "text of CUDA" in str(as_user_error(999, "text of CUDA", "kernel scan"))


def test_every_fault_has_a_remedy() -> None:
    assert all(what and remedy for what, remedy in FAULTS.values())


@pytest.mark.parametrize("kind", [GpuAdvisorError, DeviceLostError])
def test_errors_travel_between_processes(kind: type[GpuAdvisorError]) -> None:
    copy = pickle.loads(pickle.dumps(kind("what", where="where", remedy="remedy")))
    assert type(copy) is kind
    assert (copy.what, copy.where, copy.remedy) == ("what", "where", "remedy")
