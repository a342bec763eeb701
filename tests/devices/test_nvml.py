"""NVML's answers as conditions, and the two ways a GPU is found."""

import os
from types import SimpleNamespace

import pynvml
import pytest

from gpuadvisor.devices.nvml import NvmlGpu, find_gpu, open_nvml
from gpuadvisor.model.device import DeviceConditions
from tests.devices import fake_nvml

FIRST = ("GPU-aaaa", "00000000:3B:00.0")
SECOND = ("GPU-bbbb", "00000000:AF:00.0")


def found(monkeypatch: pytest.MonkeyPatch, **answers: object) -> NvmlGpu:
    fake_nvml.install(monkeypatch, fake_nvml.gpu(*FIRST, **answers))
    gpu = find_gpu(*FIRST)
    assert gpu is not None
    return gpu


def test_without_a_driver_there_is_no_nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    assert open_nvml() is None
    assert find_gpu(*FIRST) is None


def test_the_real_library_is_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    with pytest.raises(pynvml.NVMLError_LibraryNotFound):
        pynvml.nvmlInit()


@pytest.mark.parametrize(
    ("uuid", "bus_id", "expected"),
    [
        (SECOND[0], SECOND[1], SECOND[0]),
        (None, SECOND[1], SECOND[0]),
        ("GPU-of-a-mig-instance", SECOND[1], SECOND[0]),
        (FIRST[0], "00000000:00:00.0", FIRST[0]),
    ],
)
def test_a_gpu_is_found_by_uuid_or_bus_never_by_index(
    monkeypatch: pytest.MonkeyPatch, uuid: str | None, bus_id: str, expected: str
) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu(*FIRST), fake_nvml.gpu(*SECOND))
    gpu = find_gpu(uuid, bus_id)
    assert gpu is not None
    assert gpu.uuid == expected


def test_a_mig_instance_is_answered_for_by_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """NVML finds the instance by its UUID too, but tells no clocks of it."""
    fake_nvml.install(monkeypatch, fake_nvml.gpu("MIG-a", "elsewhere"), fake_nvml.gpu(*SECOND))
    gpu = find_gpu("MIG-a", SECOND[1])
    assert gpu is not None
    assert gpu.uuid == SECOND[0]


def test_a_gpu_nvml_does_not_know_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu(*FIRST))
    assert find_gpu(*SECOND) is None


def test_conditions_carry_units(monkeypatch: pytest.MonkeyPatch) -> None:
    conditions = found(monkeypatch).conditions(memory_free_bytes=7)
    assert (conditions.driver_version, conditions.cuda_driver_version) == ("580.159.04", "13.0")
    assert (conditions.sm_clock_hz, conditions.memory_clock_hz) == (1.395e9, 1.215e9)
    assert (conditions.power_watts, conditions.power_limit_watts) == (61.25, 400)
    assert conditions.power_limit_default_watts == 500
    assert conditions.application_sm_clock_hz == 1.275e9
    assert conditions.application_memory_clock_hz == 1.215e9
    assert (conditions.pcie_generation, conditions.pcie_lanes) == (4, 8)
    assert conditions.pcie_generation_gpu_maximum == 6
    assert conditions.virtualization == "none"
    assert (conditions.pcie_generation_maximum, conditions.pcie_lanes_maximum) == (5, 16)
    assert (conditions.ecc_enabled, conditions.mig_enabled, conditions.persistence_mode) == (
        True,
        False,
        True,
    )
    assert (conditions.compute_mode, conditions.temperature_celsius) == ("default", 34)
    assert conditions.memory_free_bytes == 7


def test_a_look_tells_what_changes_from_launch_to_launch(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = found(monkeypatch, nvmlDeviceGetCurrentClocksEventReasons=pynvml.nvmlClocksEventReasonSwPowerCap)
    assert gpu.look() == DeviceConditions(
        sm_clock_hz=1.395e9,
        memory_clock_hz=1.215e9,
        power_watts=61.25,
        temperature_celsius=34,
        throttle_reasons=["power cap"],
        other_processes=0,
    )


@pytest.mark.parametrize(
    "code",
    [pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_NO_PERMISSION, pynvml.NVML_ERROR_FUNCTION_NOT_FOUND],
)
def test_what_the_driver_refuses_is_none(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    refusals = {question: pynvml.NVMLError(code) for question in fake_nvml.ANSWERS}
    gpu = found(monkeypatch, **refusals)
    conditions = gpu.conditions()
    told = {name for name in conditions.__struct_fields__ if getattr(conditions, name) not in (None, [])}
    assert told == {"driver_version", "cuda_driver_version"}
    assert gpu.maximum_sm_clock_hz is None
    assert gpu.maximum_memory_clock_hz is None


def test_any_other_failure_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = found(monkeypatch, nvmlDeviceGetPowerUsage=pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST))
    with pytest.raises(pynvml.NVMLError_GpuIsLost):
        gpu.conditions()


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (0x0, []),
        (0x1, []),
        (0x4, ["power cap"]),
        (0x20 | 0x8, ["hardware slowdown", "software thermal slowdown"]),
        (0x40 | 0x80 | 0x1, ["hardware thermal slowdown", "power brake"]),
        (0x2 | 0x10 | 0x100, ["application clock setting", "sync boost", "display clock setting"]),
    ],
)
def test_what_holds_the_clocks_down_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, bits: int, words: list[str]
) -> None:
    assert found(monkeypatch, nvmlDeviceGetCurrentClocksEventReasons=bits).throttle_reasons() == words


def test_an_older_driver_is_asked_by_the_older_name(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = found(
        monkeypatch,
        nvmlDeviceGetCurrentClocksEventReasons=pynvml.NVMLError(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND),
        nvmlDeviceGetCurrentClocksThrottleReasons=0x4,
    )
    assert gpu.throttle_reasons() == ["power cap"]


def test_reasons_that_the_driver_keeps_to_itself_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
    gpu = found(
        monkeypatch,
        nvmlDeviceGetCurrentClocksEventReasons=refusal,
        nvmlDeviceGetCurrentClocksThrottleReasons=refusal,
    )
    assert gpu.throttle_reasons() is None


def test_this_process_is_not_another(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = [SimpleNamespace(pid=os.getpid()), SimpleNamespace(pid=1)]
    assert found(monkeypatch, nvmlDeviceGetComputeRunningProcesses=processes).other_processes == 1


@pytest.mark.parametrize(
    ("numbers", "is_used_here", "others"),
    [
        ([424242], True, 0),
        ([424242, 424243], True, 1),
        ([424242], False, 1),
        ([os.getpid(), 424242], True, 1),
        ([os.getpid()], False, 0),
        ([], True, 0),
    ],
    ids=["container", "container, shared", "no context here", "host, shared", "host", "nothing told"],
)
def test_in_a_container_this_process_may_have_another_number(
    monkeypatch: pytest.MonkeyPatch, numbers: list[int], is_used_here: bool, others: int
) -> None:
    processes = [SimpleNamespace(pid=number) for number in numbers]
    gpu = found(monkeypatch, nvmlDeviceGetComputeRunningProcesses=processes)
    gpu.is_used_here = is_used_here
    assert gpu.other_processes == others


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        (pynvml.NVML_COMPUTEMODE_EXCLUSIVE_PROCESS, "exclusive process"),
        (pynvml.NVML_COMPUTEMODE_PROHIBITED, "prohibited"),
    ],
)
def test_compute_modes_are_words(monkeypatch: pytest.MonkeyPatch, mode: int, word: str) -> None:
    assert found(monkeypatch, nvmlDeviceGetComputeMode=mode).compute_mode == word
