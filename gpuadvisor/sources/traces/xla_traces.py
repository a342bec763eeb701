"""What the profiler of TensorFlow and JAX writes as a Chrome trace: `*.trace.json.gz` beside its own files.

Its events have no categories. Names of processes and threads tell where they ran, `/device:GPU:0` with
`Stream #14(Compute)`, and texts among the arguments tell the rest. Source: XLA's `trace_events_to_json.cc`
and `cupti_collector.cc`, and the names of the statistics in TSL's `xplane_schema.cc`.
"""

import re
from typing import Any

from gpuadvisor.model.timeline import CopyKind, Extents, HostMemory
from gpuadvisor.sources.traces.groups import CopyGroup, KernelShape, Lane
from gpuadvisor.sources.traces.kineto_events import Event

STEPS = "Steps"
"""The thread of a device that holds one event for each step."""
_DEVICE = re.compile(r"/device:GPU:(\d{1,4})\b.*")
_STREAM = re.compile(r"Stream #(\d{1,9})\(.*")
_KERNEL = re.compile(
    r"regs:(?P<registers>\d{1,6}) static_shared:(?P<static>\d{1,9}) dynamic_shared:(?P<dynamic>\d{1,9}) "
    r"grid:(?P<grid>\d+,\d+,\d+) block:(?P<block>\d+,\d+,\d+)(?: occ_pct:(?P<occupancy>[\d.]{1,12}))?"
)
_SIZE = re.compile(r"\bsize:(\d{1,15})\b")
_MEMORY = re.compile(r"\bkind(?:_src|_dst)?:(pageable|pinned|managed)\b")
_KINDS: dict[str, CopyKind] = {
    "MemcpyH2D": "host-to-device",
    "MemcpyD2H": "device-to-host",
    "MemcpyD2D": "device-to-device",
    "MemcpyP2P": "peer",
}
_HOST_MEMORIES: dict[str, HostMemory] = {"pageable": "pageable", "pinned": "pinned", "managed": "managed"}
_MOST_BLOCKS = 2**31


class Places:
    """Names of processes and threads, as metadata events tell them before all others."""

    def __init__(self) -> None:
        self.of_xla = False
        """Whether a process is called as TensorFlow and JAX call theirs."""
        self._devices: dict[str, int] = {}
        self._threads: dict[tuple[str, str], str] = {}

    def note(self, event: Event) -> None:
        """Take note of a metadata event."""
        name = None if event.args is None else event.args.name
        if not isinstance(name, str):
            return
        if event.name == "process_name":
            self.of_xla |= name.startswith(("/device:", "/host:"))
            if device := _DEVICE.fullmatch(name):
                self._devices[str(event.pid)] = int(device[1])
        elif event.name == "thread_name":
            self._threads[str(event.pid), str(event.tid)] = name

    def lane(self, event: Event) -> Lane | None:
        """Return the stream that an event ran in; None where it ran in none."""
        device = self._devices.get(str(event.pid)) if self._devices else None
        if device is None:
            return None
        stream = _STREAM.fullmatch(self._threads.get((str(event.pid), str(event.tid)), ""))
        return None if stream is None else Lane(device, int(stream[1]))

    def is_step(self, event: Event) -> bool:
        """Whether an event marks a step."""
        known = str(event.pid) in self._devices if self._devices else False
        return known and self._threads.get((str(event.pid), str(event.tid))) == STEPS


def copy_group(name: str, details: Any) -> CopyGroup | None:  # noqa: ANN401
    """Return the kind of a copy; None where the event is none."""
    if not name.startswith("Memcpy"):
        return None
    kind = _KINDS.get(name, "other")
    memory = _MEMORY.search(details) if isinstance(details, str) else None
    return CopyGroup(kind, _HOST_MEMORIES[memory[1]] if memory else None)


def size_bytes(details: Any) -> int:  # noqa: ANN401
    """Return the bytes of a copy or a memset; 0 where they are not told."""
    found = _SIZE.search(details) if isinstance(details, str) else None
    return 0 if found is None else int(found[1])


def kernel_shape(details: Any) -> KernelShape:  # noqa: ANN401
    """Return the launch that `kernel_details` tell."""
    found = _KERNEL.match(details) if isinstance(details, str) else None
    if found is None:
        return KernelShape()
    static, dynamic = int(found["static"]), int(found["dynamic"])
    return KernelShape(
        grid=_extents(found["grid"]),
        block=_extents(found["block"]),
        registers_per_thread=int(found["registers"]),
        shared_bytes=static + dynamic,
        static_shared_bytes=static,
        estimated_occupancy=_occupancy(found["occupancy"]),
    )


def _extents(text: str) -> Extents | None:
    x, y, z = (int(size[:12]) for size in text.split(","))
    return (x, y, z) if all(0 < size < _MOST_BLOCKS for size in (x, y, z)) else None


def _occupancy(text: str | None) -> float | None:
    percent = float(text) if text and text.count(".") <= 1 and text != "." else 0.0
    return percent / 100 if 0 < percent <= 100 else None
