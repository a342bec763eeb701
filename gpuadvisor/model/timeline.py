"""The timeline profile: what is known of a whole run, aggregated; no list of events."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.run_patterns import CopyPatterns, LaunchPatterns
from gpuadvisor.model.sampled import DeviceSamples, MemoryUse
from gpuadvisor.model.workload import Peers, Workload

Extents = tuple[int, int, int]
CopyKind = Literal["host-to-device", "device-to-host", "device-to-device", "host-to-host", "peer", "other"]
HostMemory = Literal["pageable", "pinned", "managed"]
KernelRole = Literal["matrix", "convolution", "layout", "softmax", "recurrent", "eager"]
Precision = Literal["float64", "float32", "tf32", "float16", "bfloat16", "float8", "int8"]
GapCause = Literal["host", "synchronization", "allocator", "copy", "queued", "unknown"]


class TimelineDevice(msgspec.Struct, frozen=True, kw_only=True):
    """One device of the run and how it was occupied; the seconds are of the wall clock."""

    index: int
    name: str | None = None
    compute_capability: str | None = None
    multiprocessors: int | None = None
    memory_bytes: int | None = None
    span_seconds: float = 0.0
    """From the beginning of its first activity to the end of its last."""
    busy_seconds: float = 0.0
    """In which any activity ran: a kernel, a copy or a memset."""
    kernel_seconds: float = 0.0
    """In which any kernel ran."""
    compute_seconds: float | None = None
    """In which any kernel ran that belongs to no collective."""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of a device."""

    device: int
    stream: int
    kernels: int
    copies: int
    memsets: int
    busy_seconds: float


class KernelActivity(msgspec.Struct, frozen=True, kw_only=True):
    """The launches of one kernel in one shape; what the file does not tell is None."""

    name: str
    count: int
    total_seconds: float
    median_seconds: float
    max_seconds: float
    grid: Extents | None = None
    block: Extents | None = None
    registers_per_thread: int | None = None
    shared_bytes: int | None = None
    """Per block, static and dynamic together."""
    static_shared_bytes: int | None = None
    local_bytes: int | None = None
    """Per thread."""
    estimated_occupancy: float | None = None
    """As the profiler estimates it from the launch, 0 to 1; nobody measured it."""
    tensor_cores: bool | None = None
    """Whether the kernel's name says that it uses tensor cores; None where the name says nothing."""
    communication: bool = False
    """Whether it belongs to a collective of NCCL or RCCL."""
    role: KernelRole | None = None
    """What its name says that it computes: `layout` changes the order of a tensor's dimensions, `eager` is
    one operator of TensorFlow's by itself. None where the name says nothing."""
    precision: Precision | None = None
    """Of its inputs, as its name says; `tf32`: of float32, rounded for tensor cores."""


class CopyActivity(msgspec.Struct, frozen=True, kw_only=True):
    """The copies of one kind between the same kinds of memory."""

    kind: CopyKind
    host_memory: HostMemory | None = None
    """Of the host's side; None where none takes part or the file does not tell."""
    count: int
    total_bytes: int
    total_seconds: float
    max_seconds: float
    sizes: dict[str, int] = {}
    """Copies by size: `4 KiB` counts those of at least 4 KiB and less than the next power of two."""


class MemsetActivity(msgspec.Struct, frozen=True, kw_only=True):
    """The memsets of one device."""

    device: int
    count: int
    total_bytes: int
    total_seconds: float


class ApiCalls(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one function of the CUDA runtime or driver, on all threads of the host together."""

    name: str
    count: int
    total_seconds: float
    max_seconds: float


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """The marked steps of the program."""

    count: int
    total_seconds: float
    median_seconds: float
    max_seconds: float


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """Times in which no kernel ran on a device, between two kernels, of one size class and cause."""

    cause: GapCause
    """`copy`: copies and memsets fill more than half of it. `queued`: the next kernel had been launched
    before the gap began. `unknown`: nothing tells when it was launched. The others came too late from the
    host: `allocator`, because it allocated or freed memory for more than half of the gap;
    `synchronization`, because it waited for the GPU when the gap began, or for more than half of it; `host`,
    for another reason."""
    at_least_seconds: float
    below_seconds: float | None
    """None: no upper bound."""
    count: int
    total_seconds: float


class TimelineProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One process's run as a profiler recorded it."""

    SCHEMA: ClassVar[str] = "gpuadvisor.timeline"

    schema: str = "gpuadvisor.timeline"
    version: int = 1
    tool: Tool
    provenance: Provenance
    source: str
    """The file it was read from."""
    producer: str = ""
    """What wrote the file, with its version where that is known."""
    rank: int | None = None
    world_size: int | None = None
    span_seconds: float
    """From the first recorded event to the end of the last, the host's included."""
    devices: list[TimelineDevice] = []
    streams: list[Stream] = []
    kernels: list[KernelActivity] = []
    """Those with the most seconds first."""
    copies: list[CopyActivity] = []
    memsets: list[MemsetActivity] = []
    api_calls: list[ApiCalls] | None = None
    """Those with the most seconds first; None where the profiler recorded none."""
    synchronizations: list[ApiCalls] | None = None
    """Those among them that wait for the GPU."""
    steps: Steps | None = None
    gaps: list[Gaps] = []
    copy_patterns: CopyPatterns | None = None
    launch_patterns: LaunchPatterns | None = None
    samples: list[DeviceSamples] = []
    """Of the GPUs while a live program was recorded."""
    memory: list[MemoryUse] = []
    """Of the frameworks of a live program."""
    workload: Workload | None = None
    """What operators and marks tell; None where the file holds none."""
    peers: Peers | None = None
    """The other ranks of the run, where they were read together with this one."""
    notes: list[str] = []

    @property
    def kernel_launches(self) -> int:
        """Kernels that ran."""
        return sum(kernel.count for kernel in self.kernels)

    @property
    def busy_fraction(self) -> float | None:
        """Busy seconds over the span, over all devices; None where no device did anything."""
        span = sum(device.span_seconds for device in self.devices)
        return sum(device.busy_seconds for device in self.devices) / span if span > 0 else None
