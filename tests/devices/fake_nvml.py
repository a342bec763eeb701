"""Answers in place of the driver behind the real module pynvml: its names and error classes stay."""

from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

ANSWERS: dict[str, Any] = {
    "nvmlDeviceGetComputeMode": pynvml.NVML_COMPUTEMODE_DEFAULT,
    "nvmlDeviceGetComputeRunningProcesses": [],
    "nvmlDeviceGetMigMode": [0, 0],
    "nvmlDeviceGetEccMode": [1, 1],
    "nvmlDeviceGetPersistenceMode": 1,
    "nvmlDeviceGetPowerUsage": 61_250,
    "nvmlDeviceGetEnforcedPowerLimit": 400_000,
    "nvmlDeviceGetPowerManagementDefaultLimit": 500_000,
    "nvmlDeviceGetVirtualizationMode": pynvml.NVML_GPU_VIRTUALIZATION_MODE_NONE,
    "nvmlDeviceGetTemperature": 34,
    "nvmlDeviceGetCurrentClocksEventReasons": 0,
    "nvmlDeviceGetCurrentClocksThrottleReasons": 0,
    "nvmlDeviceGetCurrPcieLinkGeneration": 4,
    "nvmlDeviceGetCurrPcieLinkWidth": 8,
    "nvmlDeviceGetMaxPcieLinkGeneration": 5,
    "nvmlDeviceGetGpuMaxPcieLinkGeneration": 6,
    "nvmlDeviceGetMaxPcieLinkWidth": 16,
    "nvmlDeviceGetMaxClockInfo": {pynvml.NVML_CLOCK_SM: 1410, pynvml.NVML_CLOCK_MEM: 1215},
    "nvmlDeviceGetApplicationsClock": {pynvml.NVML_CLOCK_SM: 1275, pynvml.NVML_CLOCK_MEM: 1215},
    "nvmlDeviceGetClockInfo": {pynvml.NVML_CLOCK_SM: 1395, pynvml.NVML_CLOCK_MEM: 1215},
}


def gpu(uuid: str, bus_id: str, **answers: Any) -> Any:
    """Return one fake GPU; an answer may be an NVMLError, which is raised instead."""
    return SimpleNamespace(
        uuid=uuid, bus_id=bus_id, answers={**ANSWERS, "nvmlDeviceGetUUID": uuid, **answers}
    )


def install(monkeypatch: pytest.MonkeyPatch, *gpus: Any) -> None:
    """Let pynvml speak for these GPUs, in this order."""

    def find(key: str, value: str) -> Any:
        for candidate in gpus:
            if getattr(candidate, key) == value:
                return candidate
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)

    def answer(question: str) -> Any:
        def ask(handle: Any, *arguments: Any) -> Any:
            value = handle.answers[question]
            if isinstance(value, pynvml.NVMLError):
                raise value
            return value[arguments[0]] if isinstance(value, dict) else value

        return ask

    functions = {
        "nvmlInit": lambda: None,
        "nvmlSystemGetDriverVersion": lambda: "580.159.04",
        "nvmlSystemGetCudaDriverVersion": lambda: 13000,
        "nvmlDeviceGetCount": lambda: len(gpus),
        "nvmlDeviceGetHandleByIndex": lambda index: gpus[index],
        "nvmlDeviceGetHandleByUUID": lambda uuid: find("uuid", uuid),
        "nvmlDeviceGetHandleByPciBusId": lambda bus_id: find("bus_id", bus_id),
        **{question: answer(question) for question in (*ANSWERS, "nvmlDeviceGetUUID")},
    }
    for name, function in functions.items():
        monkeypatch.setattr(pynvml, name, function)


def remove(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pynvml find no library, as on a machine without a driver."""

    def missing(path: str) -> Any:
        raise OSError(path)

    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "CDLL", missing)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
