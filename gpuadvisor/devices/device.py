"""The protocol that both kinds of device keep; probes and tuning see nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.kernel import KernelTime, Launch, Observation

if TYPE_CHECKING:
    from gpuadvisor.devices.activities import Activity

Place = Literal["device", "pinned", "pageable", "managed", "peer"]
"""Where memory lies: on the device, on the host (pinned: where the device may read and write it too, and the
operating system may not move it), wherever it is used (managed), or on a second device."""


@dataclass(frozen=True, slots=True)
class Buffer:
    """Memory: an address and a size; `name` appears in messages and access patterns."""

    address: int
    size_bytes: int
    name: str = ""
    place: Place = "device"


Argument = Buffer | np.generic
"""A pointer, or a scalar of its exact type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """One kernel of a compiled module."""

    module: CompiledModule
    name: str
    """Mangled, as in the PTX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often to launch: `cold` flushes L2 before every timed launch.

    With `most_samples` a GPU takes at least `samples`, and more until the relative standard error of their
    median is at most `relative_error` or `limit_seconds` are over; throttled ones it discards.
    """

    warmups: int = 0
    samples: int = 1
    cold: bool = False
    most_samples: int | None = None
    relative_error: float = 0.005
    limit_seconds: float = 1.0
    emulated_threads: int | None = None
    """About how many threads of a large grid an emulated device runs; None leaves it the choice."""


ONCE = Timing()
"""A single launch, as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchResult:
    """What a launch gave."""

    times: tuple[KernelTime, ...]
    """One per timed launch; an emulated device models one."""
    observation: Observation | None = None
    """Counters, on devices that have them."""
    before: DeviceConditions | None = None
    after: DeviceConditions | None = None
    looks: tuple[DeviceConditions, ...] = ()
    """How the GPU was around the timed launches: clocks, power, temperature, what throttled it."""
    discarded: int = 0
    """Timed launches that are not among `times`, because something disturbed them."""
    discarded_looks: tuple[DeviceConditions, ...] = ()
    """How the GPU was around those."""

    @property
    def seconds(self) -> float:
        """The median time."""
        return float(np.median([time.seconds for time in self.times]))


class Device(Protocol):
    """Somewhere kernels can be compiled for and launched on."""

    @property
    def facts(self) -> DeviceFacts:
        """What is known of the device."""

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:
        """Compile CUDA C++ for this device; `path` names the source in messages and line info."""

    def upload(
        self, array: NDArray[np.generic], name: str = "", offset_bytes: int = 0, place: Place = "device"
    ) -> Buffer:
        """Copy an array to new memory at a place, `offset_bytes` behind a 256-byte boundary."""

    def forget(self, buffer: Buffer) -> None:
        """Take the content of a buffer as never written; only a device that checks kernels cares."""

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy a buffer back as an array of the dtype and shape of `like`."""

    def free(self, buffer: Buffer) -> None:
        """Give the memory back."""

    def bind(self, image: Image) -> int:
        """Return the handle of a new texture or surface object; GpuAdvisorError where there are none."""

    def set_variable(self, module: CompiledModule, name: str, content: NDArray[np.generic]) -> None:
        """Copy an array over a `__device__` or `__constant__` variable of the module, by its mangled name."""

    def prepare(self, kernel: Kernel, launch: Launch) -> None:
        """Get ready, beside other work, what such a launch is going to need; only a hint."""

    def launch(
        self,
        kernel: Kernel,
        launch: Launch,
        arguments: Sequence[Argument],
        timing: Timing = ONCE,
    ) -> LaunchResult:
        """Run the kernel to its end; raise GpuAdvisorError where the launch or the kernel fails."""

    def perform(self, activity: "Activity", timing: Timing = ONCE) -> LaunchResult:
        """Carry out the steps to their end and time them together; raise GpuAdvisorError where one fails."""

    def close(self) -> None:
        """Free everything."""
