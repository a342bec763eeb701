"""A device that misbehaves on request; child processes import it by name."""

import os
import signal
import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.activities import Activity, Copy
from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.device import ONCE, Argument, Buffer, Kernel, LaunchResult, Place, Timing
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelTime, Launch
from gpuadvisor.model.provenance import Provenance

FACTS = DeviceFacts(
    id="fake:0",
    name="Fake",
    kind="cuda",
    provenance=Provenance.MEASURED,
    compute_capability="9.0",
    multiprocessors=1,
    sm_clock_hz=1e9,
    memory_bytes=1 << 30,
    dram_bytes_per_second=1e12,
    l2_bytes=1 << 20,
)


class FakeDevice:
    """Buffers on the host; the kernel's name says what the launch does."""

    def __init__(self) -> None:
        self._arrays: dict[int, bytes] = {}
        self.facts = FACTS

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        raise GpuAdvisorError(
            f"expected a ';' in {source!r}", where=f"{path}:1", remedy=f"for {options.compute_capability}"
        )

    def upload(
        self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0, place: Place = "device"
    ) -> Buffer:
        address = 256 * (1 + len(self._arrays)) + offset_bytes
        self._arrays[address] = array.tobytes()
        return Buffer(address, array.nbytes, name, place)

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.frombuffer(self._arrays[buffer.address], like.dtype).reshape(like.shape)

    def free(self, buffer: Buffer) -> None:
        del self._arrays[buffer.address]

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        getattr(self, f"_{kernel.name}")()
        components = {"blocks": float(launch.blocks), "arguments": float(len(arguments))}
        time = KernelTime(provenance=Provenance.MEASURED, seconds=float(os.getpid()), components=components)
        return LaunchResult(times=(time,) * timing.samples)

    def perform(self, activity: Activity, timing: Timing = ONCE) -> LaunchResult:
        assert timing == ONCE
        for step in activity.steps:
            assert isinstance(step, Copy)
            source, target = step.source.memory, step.target.memory
            assert type(source) is type(target) is Buffer
            self._arrays[target.address] = self._arrays[source.address]
        return LaunchResult(times=())

    def close(self) -> None:
        self._arrays.clear()

    def _work(self) -> None:
        os.write(1, b"printed by the kernel")

    def _hang(self) -> None:
        time.sleep(600)

    def _exit(self) -> None:
        os._exit(7)

    def _segfault(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def _fault(self) -> None:
        raise DeviceLostError("kernel fault accessed memory outside every buffer", remedy="analyze it")

    def _refuse(self) -> None:
        raise GpuAdvisorError("kernel refuse was refused")

    def _defect(self) -> None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the traceback is expected
        raise ZeroDivisionError


def unusable() -> FakeDevice:
    """Open no device."""
    raise GpuAdvisorError("no NVIDIA driver", remedy="install it")


def dies_at_once() -> FakeDevice:
    """Take the process down while opening."""
    os._exit(3)
