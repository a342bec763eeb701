"""A host and its GPUs, simulated: generated traces of programs, where no GPU is to record them.

Calls are asynchronous, streams run in order, a direction of the bus carries one copy at a time, and kernels
of several streams run at once. What results is written as a Kineto trace or as an export of Nsight Systems.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

LAUNCH_SECONDS = 4e-6
"""What a launch costs the host."""
START_SECONDS = 2e-6
"""From a call to the beginning of its work at best, and between two kernels of a stream."""
COPY_SECONDS = 2e-6
"""What a copy takes besides its bytes."""
PINNED_BYTES_PER_SECOND = 25e9
PAGEABLE_BYTES_PER_SECOND = 5e9
DEVICE_BYTES_PER_SECOND = 250e9
"""Of copies within a device, which read and write."""
DEFAULT_STREAM = 7

Kind = Literal["HtoD", "DtoH", "DtoD"]
Memory = Literal["Pageable", "Pinned", "Managed"]
Sort = Literal["kernel", "copy", "memset", "call", "range"]


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What was recorded: on the GPU, or, for calls and ranges, on the host. Seconds from the beginning."""

    sort: Sort
    name: str
    start: float
    end: float
    correlation: int = 0
    device: int = 0
    stream: int = DEFAULT_STREAM
    blocks: int = 0
    threads: int = 0
    size_bytes: int = 0
    memory: Memory | None = None
    category: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    """Further arguments of the event, as Kineto writes them."""


class SimulatedRun:
    """A program's run: each method is what the program does next."""

    def __init__(self) -> None:
        self.now = 0.0
        self.activities: list[Activity] = []
        self.head: dict[str, Any] = {}
        """What a Kineto trace says around its events: other devices, the ranks."""
        self.instants: list[dict[str, Any]] = []
        """Further events of a Kineto trace, as it writes them."""
        self._correlation = 0
        self._free: defaultdict[object, float] = defaultdict(float)
        """When each stream and each direction of the bus has done all that it was given."""

    def work(self, seconds: float) -> None:
        """Let the host compute."""
        self.now += seconds

    def launch(
        self,
        name: str,
        seconds: float,
        *,
        blocks: int = 4096,
        threads: int = 256,
        stream: int = DEFAULT_STREAM,
        device: int = 0,
        waits: bool = False,
        **more: Any,
    ) -> None:
        """Launch a kernel; `waits` as with CUDA_LAUNCH_BLOCKING."""
        start = self._start((device, stream))
        end = self._free[device, stream] = start + seconds
        returned = end if waits else self.now + LAUNCH_SECONDS
        correlation = self.call("cudaLaunchKernel", returned - self.now)
        self.activities.append(
            Activity(
                sort="kernel", name=name, start=start, end=end, correlation=correlation, device=device,
                stream=stream, blocks=blocks, threads=threads, more=more,
            )
        )  # fmt: skip

    def copy(
        self,
        kind: Kind,
        size_bytes: int,
        *,
        memory: Memory | None = "Pinned",
        stream: int = DEFAULT_STREAM,
        device: int = 0,
        function: str = "cudaMemcpyAsync",
    ) -> None:
        """Copy; the host waits unless the function is asynchronous and the memory pinned."""
        speed = PINNED_BYTES_PER_SECOND if memory == "Pinned" else PAGEABLE_BYTES_PER_SECOND
        speed = DEVICE_BYTES_PER_SECOND if kind == "DtoD" else speed
        bus = device, kind
        start = max(self._start((device, stream)), self._free[bus])
        end = self._free[device, stream] = self._free[bus] = start + COPY_SECONDS + size_bytes / speed
        waits = memory != "Pinned" or "Async" not in function
        correlation = self.call(function, end - self.now if waits else LAUNCH_SECONDS)
        self.activities.append(
            Activity(
                sort="copy", name=kind, start=start, end=end, correlation=correlation, device=device,
                stream=stream, size_bytes=size_bytes, memory=memory,
            )
        )  # fmt: skip

    def memset(self, size_bytes: int, seconds: float = 2e-6, *, stream: int = DEFAULT_STREAM) -> None:
        """Set memory of device 0."""
        start = self._start((0, stream))
        end = self._free[0, stream] = start + seconds
        correlation = self.call("cudaMemsetAsync", LAUNCH_SECONDS)
        self.activities.append(
            Activity(
                sort="memset", name="Memset (Device)", start=start, end=end, correlation=correlation,
                stream=stream, size_bytes=size_bytes,
            )
        )  # fmt: skip

    def migrate(self, kind: Kind, size_bytes: int, seconds: float, *, at: float) -> None:
        """Move managed memory, which no call asks for; as the driver does, in a stream of its own."""
        self.activities.append(
            Activity(
                sort="copy", name=kind, start=at, end=at + seconds, size_bytes=size_bytes, memory="Managed",
                stream=0,
            )
        )  # fmt: skip

    def call(self, name: str, seconds: float) -> int:
        """Call a function of CUDA's runtime that returns after some seconds; return its correlation."""
        self._correlation += 1
        self.activities.append(
            Activity(
                sort="call", name=name, start=self.now, end=self.now + seconds, correlation=self._correlation
            )
        )
        self.now += seconds
        return self._correlation

    def synchronize(self, name: str = "cudaDeviceSynchronize", *, stream: int | None = None) -> None:
        """Wait until everything has run, or what is in one stream of device 0."""
        done = max(self._free.values(), default=0.0) if stream is None else self._free[0, stream]
        self.call(name, max(done - self.now, 0.0) + 1e-6)

    def order(self, first: int, then: int) -> None:
        """Let one stream of device 0 wait for another, as cudaStreamWaitEvent does."""
        self.call("cudaStreamWaitEvent", 1e-6)
        self._free[0, then] = max(self._free[0, then], self._free[0, first])

    @contextmanager
    def range(self, name: str, category: str = "cpu_op", **more: Any) -> Iterator[None]:
        """Mark what happens on the host meanwhile: an operator, or a step with `user_annotation`."""
        start = self.now
        yield
        self.activities.append(
            Activity(sort="range", name=name, start=start, end=self.now, category=category, more=more)
        )

    def step(self, number: int) -> Any:
        """Mark a step, as torch.profiler does."""
        return self.range(f"ProfilerStep#{number}", "user_annotation")

    def _start(self, lane: tuple[int, int]) -> float:
        return max(self.now + START_SECONDS, self._free[lane] + START_SECONDS)
