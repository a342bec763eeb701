"""Carry one launch out: arguments up, run, arguments gone."""

from collections.abc import Mapping

import numpy as np

from gpuadvisor.devices.device import Argument, Buffer, Device, Kernel, LaunchResult, Timing
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.inputs import Value

_GPU_TIMING = Timing(warmups=3, samples=20, cold=True)


def run_launch(device: Device, kernel: Kernel, launch: Launch, values: Mapping[str, Value]) -> LaunchResult:
    """Launch with fresh buffers; an emulated device runs once, a GPU is timed with a cold L2.

    Raises GpuAdvisorError where the launch is impossible or the kernel fails.
    """
    timing = _GPU_TIMING if device.facts.kind == "cuda" else Timing()
    arguments: list[Argument] = []
    try:
        for name, value in values.items():
            arguments.append(device.upload(value, name) if isinstance(value, np.ndarray) else value)
        return device.launch(kernel, launch, arguments, timing)
    finally:
        for argument in arguments:
            if isinstance(argument, Buffer):
                device.free(argument)
