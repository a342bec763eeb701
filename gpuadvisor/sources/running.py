"""Carry one launch out: data up, run, data back where they are wanted."""

import numpy as np

from gpuadvisor.devices.device import ONCE, Device, Kernel, LaunchResult, Timing
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.placement import Placement
from gpuadvisor.sources.values import LaunchData

_GPU_TIMING = Timing(warmups=3, samples=20, cold=True)


def run_launch(device: Device, kernel: Kernel, launch: Launch, data: LaunchData) -> LaunchResult:
    """Launch with fresh buffers; an emulated device runs once, a GPU is timed with a cold L2.

    The emulated launch updates the arrays that are to be kept, the many timed ones nothing: `update_arrays`
    does it. Raises GpuAdvisorError where the launch is impossible or the kernel fails.
    """
    if device.facts.kind == "cuda":
        return _run(device, kernel, launch, data, _GPU_TIMING, keep=False)
    return _run(device, kernel, launch, data, ONCE, keep=data.keep)


def update_arrays(device: Device, kernel: Kernel, launch: Launch, data: LaunchData) -> None:
    """Launch once more on a GPU, for what the kernel writes."""
    if data.keep and device.facts.kind == "cuda":
        _run(device, kernel, launch, data, ONCE, keep=True)


def _run(
    device: Device, kernel: Kernel, launch: Launch, data: LaunchData, timing: Timing, *, keep: bool
) -> LaunchResult:
    placement = Placement(data, device.upload, device.bind)
    try:
        for name, content in placement.symbols.items():
            device.set_variable(kernel.module, name, content)
        for buffer, _ in placement.buffers:
            if buffer.name in data.unwritten:
                device.forget(buffer)
        result = device.launch(kernel, launch, placement.arguments, timing)
        for buffer, array in placement.buffers if keep else ():
            if array.flags.writeable:
                np.copyto(array, device.download(buffer, array))
        return result
    finally:
        for buffer, _ in placement.buffers:
            device.free(buffer)
