"""Emulated devices that something is wrong with, on purpose: `emulated:h100?slow`.

`open_planted` is imported by the child processes; what follows the question mark is done by it alone.
"""

import dataclasses
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gpuadvisor.devices.device import ONCE, Argument, Kernel, LaunchResult, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch

HEALTHY = DeviceConditions(driver_version="580.65.06", pcie_generation_maximum=5, pcie_lanes=16)
CONDITIONS = {
    "stale": msgspec.structs.replace(HEALTHY, driver_version="550.127.08"),
    "narrow": msgspec.structs.replace(HEALTHY, pcie_lanes=8),
}
HOT = DeviceConditions(throttle_reasons=["hardware thermal slowdown"])
SLOWER = 1.25


class PlantedDevice(EmulatedDevice):
    """An emulated GPU that is in a state, and slow or throttled if so planted."""

    def __init__(self, name: str, plant: str) -> None:
        super().__init__(name)
        self._plant = plant

    @property
    def facts(self) -> DeviceFacts:
        return msgspec.structs.replace(super().facts, conditions=CONDITIONS.get(self._plant, HEALTHY))

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        result = super().launch(kernel, launch, arguments, timing)
        match self._plant:
            case "slow":
                times = (
                    msgspec.structs.replace(each, seconds=SLOWER * each.seconds) for each in result.times
                )
                return dataclasses.replace(result, times=tuple(times))
            case "throttled":
                return dataclasses.replace(result, before=HOT, after=HOT)
            case "dies":
                os.kill(os.getpid(), signal.SIGKILL)
        return result


def open_planted(spec: str) -> PlantedDevice:
    """Open `emulated:NAME?PLANT`; `kills:FILE` writes its process id there and kills its worker."""
    _, _, named = spec.partition(":")
    name, _, plant = named.partition("?")
    action, _, file = plant.partition(":")
    if action == "kills":
        Path(file).write_text(str(os.getpid()))
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return PlantedDevice(name, plant)


def open_pinned(spec: str) -> EmulatedDevice:
    """Open nothing: tell what a GPU of that name would be given to see."""
    raise GpuAdvisorError(f"{spec} sees {os.environ['CUDA_VISIBLE_DEVICES']}")
