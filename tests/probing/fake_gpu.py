"""A GPU made of Python: its kernels are functions on NumPy arrays, its times are given."""

# ruff: noqa: ARG001, ARG002 - a fake keeps the signatures of what it stands for

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.device import ONCE, Argument, Buffer, Kernel, LaunchResult, Timing
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelTime, Launch, Resources
from gpuadvisor.model.provenance import Provenance

FACTS = DeviceFacts(
    id="cuda:0",
    name="Fake",
    kind="cuda",
    provenance=Provenance.MEASURED,
    compute_capability="9.0",
    multiprocessors=4,
    sm_clock_hz=1e9,
    memory_bytes=1 << 30,
    dram_bytes_per_second=1e12,
    l2_bytes=1 << 20,
)
Arrays = dict[str, NDArray[np.generic]]
Work = Callable[[Arrays, list[np.generic], Launch], None]


def scale(arrays: Arrays, scalars: list[np.generic], launch: Launch) -> None:
    """What the kernel of folders.py does; every block takes 500 cycles."""
    arrays["output"][:] = arrays["input"] * np.uint32(scalars[0])
    arrays["cycles"][:] = 500


@dataclass
class FakeGpu:
    """Runs `work` for every launch; times and conditions are as set."""

    work: Work = scale
    seconds: tuple[float, ...] = (1e-6, 1e-6, 1e-6, 1e-6)
    before: DeviceConditions | None = None
    after: DeviceConditions | None = None
    facts: DeviceFacts = FACTS
    arrays: dict[int, tuple[str, NDArray[np.generic]]] = field(default_factory=dict)
    uploads: list[str] = field(default_factory=list)
    compiled: list[tuple[str, ...]] = field(default_factory=list)
    timings: list[Timing] = field(default_factory=list)

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        self.compiled.append(options.defines)
        resources = Resources(
            compiler="fake",
            compute_capability="9.0",
            registers_per_thread=16,
            static_shared_bytes=0,
            local_bytes=0,
            spill_store_bytes=0,
            spill_load_bytes=0,
            barriers=0,
        )
        return CompiledModule(
            ptx="", cubin=b"", compiler="fake", compute_capability="9.0", resources={"scale": resources}
        )

    def upload(self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0) -> Buffer:
        address = 256 * (len(self.uploads) + 1)
        self.uploads.append(name)
        self.arrays[address] = name, array.copy()
        return Buffer(address, array.nbytes, name)

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        return self.arrays[buffer.address][1].copy()

    def free(self, buffer: Buffer) -> None:
        del self.arrays[buffer.address]

    def launch(
        self, kernel: Kernel, launch: Launch, arguments: Sequence[Argument], timing: Timing = ONCE
    ) -> LaunchResult:
        self.timings.append(timing)
        buffers = [argument for argument in arguments if isinstance(argument, Buffer)]
        scalars = [argument for argument in arguments if not isinstance(argument, Buffer)]
        self.work(dict(self.arrays[buffer.address] for buffer in buffers), scalars, launch)
        times = tuple(KernelTime(provenance=Provenance.MEASURED, seconds=each) for each in self.seconds)
        return LaunchResult(times=times, before=self.before, after=self.after)

    def close(self) -> None:
        self.arrays.clear()


def failing(arrays: Arrays, scalars: list[np.generic], launch: Launch) -> None:
    """Fail where the grid has two blocks."""
    if launch.blocks == 2:
        raise GpuAdvisorError("an illegal address")
    scale(arrays, scalars, launch)


def forgetful(arrays: Arrays, scalars: list[np.generic], launch: Launch) -> None:
    """Leave one element unwritten."""
    output = arrays["output"].copy()
    scale(arrays, scalars, launch)
    arrays["output"][7] = output[7]


def mistaken(arrays: Arrays, scalars: list[np.generic], launch: Launch) -> None:
    """Get one element wrong."""
    scale(arrays, scalars, launch)
    arrays["output"][7] = np.uint32(1234)
