"""Samples the state of all GPUs in a thread beside the program, as NVML tells it."""

import threading
import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from gpuadvisor.devices.nvml import NvmlGpu
from gpuadvisor.live.samples import Sample, aggregated
from gpuadvisor.model.sampled import DeviceSamples

INTERVAL_SECONDS = 0.2
"""NVML's own samples of utilisation are 1/6 to 1 second apart (`nvmlUtilization_t`)."""
_JOIN_SECONDS = 2.0


@dataclass(kw_only=True)
class _Gpu:
    """One GPU and what was sampled of it."""

    index: int
    handle: Any
    view: NvmlGpu
    samples: list[Sample] = field(default_factory=list)


class NvmlSampler:
    """Samples from when it is made until `stop`; `nvml` is the initialised module."""

    def __init__(self, nvml: ModuleType, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._nvml, self._interval_seconds = nvml, interval_seconds
        self._gpus = [self._gpu(index) for index in range(nvml.nvmlDeviceGetCount())]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gpuadvisor-nvml", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more samples."""
        self._end.set()
        self._thread.join(_JOIN_SECONDS)

    def samples(self, begun_seconds: float, ended_seconds: float) -> list[DeviceSamples]:
        """Return what was sampled between two times of `time.monotonic`, by GPU; of none without samples."""
        found = []
        for gpu in self._gpus:
            within = [sample for sample in gpu.samples if begun_seconds <= sample.at_seconds <= ended_seconds]
            if within:
                found.append(self._summary(gpu, within))
        return found

    def _gpu(self, index: int) -> _Gpu:
        handle = self._nvml.nvmlDeviceGetHandleByIndex(index)
        return _Gpu(index=index, handle=handle, view=NvmlGpu(self._nvml, handle))

    def _run(self) -> None:
        while True:
            for gpu in self._gpus:
                gpu.samples.append(self._sample(gpu))
            if self._end.wait(self._interval_seconds):
                return

    def _sample(self, gpu: _Gpu) -> Sample:
        view, nvml = gpu.view, self._nvml
        rates = view.ask(nvml.nvmlDeviceGetUtilizationRates)
        memory = view.ask(nvml.nvmlDeviceGetMemoryInfo)
        milliwatts = view.ask(nvml.nvmlDeviceGetPowerUsage)
        return Sample(
            at_seconds=time.monotonic(),
            utilization=None if rates is None else rates.gpu / 100,
            memory_used_bytes=None if memory is None else float(memory.used),
            power_watts=None if milliwatts is None else milliwatts / 1000,
            sm_clock_hz=view.sm_clock_hz,
            throttle_reasons=tuple(view.throttle_reasons() or ()),
        )

    def _summary(self, gpu: _Gpu, samples: list[Sample]) -> DeviceSamples:
        nvml, view = self._nvml, gpu.view
        memory = view.ask(nvml.nvmlDeviceGetMemoryInfo)
        limit = view.ask(nvml.nvmlDeviceGetEnforcedPowerLimit)
        return aggregated(
            samples,
            nvml_index=gpu.index,
            name=nvml.nvmlDeviceGetName(gpu.handle),
            memory_bytes=None if memory is None else int(memory.total),
            power_limit_watts=None if limit is None else limit / 1000,
            maximum_sm_clock_hz=view.maximum_sm_clock_hz,
        )
