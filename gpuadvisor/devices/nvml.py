"""What NVML tells of a GPU: clocks, power, link, modes and who else uses it."""

import os
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from gpuadvisor.devices.driver import version_text
from gpuadvisor.model.device import DeviceConditions

Answer = TypeVar("Answer")

HERTZ_PER_MEGAHERTZ = 1e6
MIG_UUID = "MIG-"
"""Begins the UUIDs of MIG instances, as `GPU-` does those of GPUs."""
EVENT_REASONS = {
    "nvmlClocksEventReasonApplicationsClocksSetting": "application clock setting",
    "nvmlClocksEventReasonSwPowerCap": "power cap",
    "nvmlClocksEventReasonHwSlowdown": "hardware slowdown",
    "nvmlClocksEventReasonSyncBoost": "sync boost",
    "nvmlClocksEventReasonSwThermalSlowdown": "software thermal slowdown",
    "nvmlClocksEventReasonHwThermalSlowdown": "hardware thermal slowdown",
    "nvmlClocksEventReasonHwPowerBrakeSlowdown": "power brake",
    "nvmlClocksEventReasonDisplayClockSetting": "display clock setting",
}
"""NVML API Reference, `nvmlClocksEventReasons`; an idle GPU is not held back, so idleness is left out."""

VIRTUALIZATION_MODES = {
    "NVML_GPU_VIRTUALIZATION_MODE_NONE": "none",
    "NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH": "passthrough",
    "NVML_GPU_VIRTUALIZATION_MODE_VGPU": "vgpu",
    "NVML_GPU_VIRTUALIZATION_MODE_HOST_VGPU": "host vgpu",
    "NVML_GPU_VIRTUALIZATION_MODE_HOST_VSGA": "host vsga",
}

COMPUTE_MODES = {
    "NVML_COMPUTEMODE_DEFAULT": "default",
    "NVML_COMPUTEMODE_PROHIBITED": "prohibited",
    "NVML_COMPUTEMODE_EXCLUSIVE_PROCESS": "exclusive process",
}


def open_nvml() -> ModuleType | None:
    """Return the initialised module `pynvml`, or None where there is no NVML or no driver behind it."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
        return None
    module: ModuleType = pynvml
    return module


def find_gpu(uuid: str | None, pci_bus_id: str) -> "NvmlGpu | None":
    """Return the GPU that CUDA knows by these names; None without NVML or where NVML knows no such GPU.

    Never by index: NVML ignores CUDA_VISIBLE_DEVICES and orders GPUs by bus, CUDA does neither. A MIG
    instance has a UUID of its own and its parent's bus id, so the parent answers for it.
    """
    nvml = open_nvml()
    if nvml is None:
        return None
    unknown = (nvml.NVMLError_NotFound, nvml.NVMLError_InvalidArgument)
    lookups = [(nvml.nvmlDeviceGetHandleByPciBusId, pci_bus_id)]
    if uuid is not None and not uuid.startswith(MIG_UUID):
        lookups.insert(0, (nvml.nvmlDeviceGetHandleByUUID, uuid))
    for lookup, key in lookups:
        try:
            return NvmlGpu(nvml, lookup(key))
        except unknown:
            continue
    return None


def all_gpus() -> "list[NvmlGpu]":
    """Return every GPU that NVML knows, whatever CUDA_VISIBLE_DEVICES says; none without NVML."""
    nvml = open_nvml()
    if nvml is None:
        return []
    return [NvmlGpu(nvml, nvml.nvmlDeviceGetHandleByIndex(each)) for each in range(nvml.nvmlDeviceGetCount())]


class NvmlGpu:
    """One GPU as NVML sees it; every answer is None where the driver refuses the question."""

    def __init__(self, nvml: ModuleType, handle: Any) -> None:  # noqa: ANN401 - an opaque pointer
        self._nvml = nvml
        self._handle = handle
        self.is_used_here = False
        """Whether this process holds a context on it."""
        self._refusals = (
            nvml.NVMLError_NotSupported,
            nvml.NVMLError_NoPermission,
            nvml.NVMLError_FunctionNotFound,
        )

    def ask(self, question: Callable[..., Answer], *arguments: object) -> Answer | None:
        """Return the answer; None if this GPU, driver or user may not have it."""
        try:
            return question(self._handle, *arguments)
        except self._refusals:
            return None

    @property
    def uuid(self) -> str | None:
        """The UUID of the GPU or of the MIG instance."""
        return self.ask(self._nvml.nvmlDeviceGetUUID)

    @property
    def name(self) -> str | None:
        """As `NVIDIA H100 80GB HBM3`, with ` MIG 1g.10gb` behind it for an instance."""
        return self.ask(self._nvml.nvmlDeviceGetName)

    def instances(self) -> "list[NvmlGpu]":
        """Return what a GPU in MIG mode is split into: NVML numbers places, of which some are empty."""
        if not self.mig_enabled:
            return []
        found = []
        for place in range(self.ask(self._nvml.nvmlDeviceGetMaxMigDeviceCount) or 0):
            try:
                instance = self.ask(self._nvml.nvmlDeviceGetMigDeviceHandleByIndex, place)
            except self._nvml.NVMLError_NotFound:
                continue
            if instance is not None:
                found.append(NvmlGpu(self._nvml, instance))
        return found

    @property
    def maximum_sm_clock_hz(self) -> float | None:
        """The highest clock of the multiprocessors."""
        return _hertz(self.ask(self._nvml.nvmlDeviceGetMaxClockInfo, self._nvml.NVML_CLOCK_SM))

    @property
    def maximum_memory_clock_hz(self) -> float | None:
        """The highest memory clock, as NVML counts it: two transfers per clock, GDDR included."""
        return _hertz(self.ask(self._nvml.nvmlDeviceGetMaxClockInfo, self._nvml.NVML_CLOCK_MEM))

    @property
    def sm_clock_hz(self) -> float | None:
        """The clock of the multiprocessors now."""
        return _hertz(self.ask(self._nvml.nvmlDeviceGetClockInfo, self._nvml.NVML_CLOCK_SM))

    @property
    def compute_mode(self) -> str | None:
        """Who may use the GPU: default, prohibited, exclusive process."""
        return self._word(self.ask(self._nvml.nvmlDeviceGetComputeMode), COMPUTE_MODES)

    @property
    def virtualization(self) -> str | None:
        """Whether this is a whole GPU or a share of one that a hypervisor deals out."""
        return self._word(self.ask(self._nvml.nvmlDeviceGetVirtualizationMode), VIRTUALIZATION_MODES)

    @property
    def other_processes(self) -> int | None:
        """Processes other than this one that hold a compute context on the GPU.

        In a container a driver may give the numbers that processes have on the host: where this process
        holds a context and its own number is not among them, one of them is taken for it.
        """
        processes = self.ask(self._nvml.nvmlDeviceGetComputeRunningProcesses)
        if processes is None:
            return None
        numbers = [process.pid for process in processes]
        is_listed = os.getpid() in numbers or self.is_used_here
        return max(0, len(numbers) - is_listed)

    @property
    def mig_enabled(self) -> bool | None:
        """Whether the GPU is split into instances."""
        return self._enabled(_current(self.ask(self._nvml.nvmlDeviceGetMigMode)))

    def throttle_reasons(self) -> list[str] | None:
        """Return, in words, what holds the clocks down now; None where the driver does not tell."""
        reasons = self.ask(self._nvml.nvmlDeviceGetCurrentClocksEventReasons)
        if reasons is None:
            reasons = self.ask(self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons)
        if reasons is None:
            return None
        bits = {getattr(self._nvml, constant): word for constant, word in EVENT_REASONS.items()}
        return [word for bit, word in bits.items() if reasons & bit]

    def look(self) -> DeviceConditions:
        """Return what may change from one launch to the next: clocks, power, temperature, what throttles."""
        nvml, ask = self._nvml, self.ask
        return DeviceConditions(
            sm_clock_hz=self.sm_clock_hz,
            memory_clock_hz=_hertz(ask(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_MEM)),
            power_watts=_watts(ask(nvml.nvmlDeviceGetPowerUsage)),
            temperature_celsius=ask(nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU),
            throttle_reasons=self.throttle_reasons(),
            other_processes=self.other_processes,
        )

    def conditions(self, memory_free_bytes: int | None = None) -> DeviceConditions:
        """Return the state the GPU is in now."""
        nvml, ask = self._nvml, self.ask
        return DeviceConditions(
            driver_version=nvml.nvmlSystemGetDriverVersion(),
            cuda_driver_version=version_text(nvml.nvmlSystemGetCudaDriverVersion()),
            sm_clock_hz=self.sm_clock_hz,
            memory_clock_hz=_hertz(ask(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_MEM)),
            application_sm_clock_hz=_hertz(ask(nvml.nvmlDeviceGetApplicationsClock, nvml.NVML_CLOCK_SM)),
            application_memory_clock_hz=_hertz(ask(nvml.nvmlDeviceGetApplicationsClock, nvml.NVML_CLOCK_MEM)),
            power_watts=_watts(ask(nvml.nvmlDeviceGetPowerUsage)),
            power_limit_watts=_watts(ask(nvml.nvmlDeviceGetEnforcedPowerLimit)),
            power_limit_default_watts=_watts(ask(nvml.nvmlDeviceGetPowerManagementDefaultLimit)),
            temperature_celsius=ask(nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU),
            throttle_reasons=self.throttle_reasons(),
            ecc_enabled=self._enabled(_current(ask(nvml.nvmlDeviceGetEccMode))),
            mig_enabled=self.mig_enabled,
            virtualization=self.virtualization,
            persistence_mode=self._enabled(ask(nvml.nvmlDeviceGetPersistenceMode)),
            compute_mode=self.compute_mode,
            memory_free_bytes=memory_free_bytes,
            pcie_generation=ask(nvml.nvmlDeviceGetCurrPcieLinkGeneration),
            pcie_lanes=ask(nvml.nvmlDeviceGetCurrPcieLinkWidth),
            pcie_generation_maximum=ask(nvml.nvmlDeviceGetMaxPcieLinkGeneration),
            pcie_generation_gpu_maximum=ask(nvml.nvmlDeviceGetGpuMaxPcieLinkGeneration),
            pcie_lanes_maximum=ask(nvml.nvmlDeviceGetMaxPcieLinkWidth),
            other_processes=self.other_processes,
        )

    def _word(self, mode: int | None, words: dict[str, str]) -> str | None:
        names = {getattr(self._nvml, constant): word for constant, word in words.items()}
        return None if mode is None else names.get(mode, str(mode))

    def _enabled(self, state: int | None) -> bool | None:
        return None if state is None else bool(state == self._nvml.NVML_FEATURE_ENABLED)


def _current(current_and_pending: list[int] | None) -> int | None:
    return None if current_and_pending is None else current_and_pending[0]


def _hertz(megahertz: int | None) -> float | None:
    return None if megahertz is None else megahertz * HERTZ_PER_MEGAHERTZ


def _watts(milliwatts: int | None) -> float | None:
    return None if milliwatts is None else milliwatts / 1000
