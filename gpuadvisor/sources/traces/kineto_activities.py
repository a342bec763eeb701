"""From the events of a Kineto trace to the activities of a recording."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from gpuadvisor.model.timeline import CopyKind, Extents, HostMemory
from gpuadvisor.sources.traces import xla_traces
from gpuadvisor.sources.traces.allocator import EVENT as MEMORY_EVENT
from gpuadvisor.sources.traces.groups import CopyGroup, KernelGroup, KernelShape, Lane
from gpuadvisor.sources.traces.kineto_events import Arguments, Event
from gpuadvisor.sources.traces.kineto_head import whole
from gpuadvisor.sources.traces.recording import UNCORRELATED, Recording
from gpuadvisor.sources.traces.xla_traces import Places

Handler = Callable[[Event, float, float], None]

_STEP = re.compile(r"ProfilerStep#?\s*\d+")
_COPY = re.compile(r"(?P<kind>[HDP]to[HDP])(?: \((?P<from>\w+) -> (?P<to>\w+)\))?")
_KINDS: dict[str, CopyKind] = {
    "HtoD": "host-to-device",
    "DtoH": "device-to-host",
    "DtoD": "device-to-device",
    "HtoH": "host-to-host",
    "PtoP": "peer",
}
_HOST_MEMORIES: dict[str | None, HostMemory] = {
    "Pageable": "pageable",
    "Pinned": "pinned",
    "Managed": "managed",
}
_OF_AMD = {"HostToDevice": "HtoD", "DeviceToHost": "DtoH", "DeviceToDevice": "DtoD", "PeerToPeer": "PtoP"}
_NO_ARGUMENTS = Arguments()
_FARTHEST = 2**62
"""A correlation is of 64 bits at most."""
_LEGACY_GPU = "CUDA functions"
"""The process under which the autograd profiler of before Kineto writes kernels."""


class KinetoActivities:
    """Sorts events into a recording. Times are counted from the first event, which keeps their precision."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._origin: float | None = None
        self._open: dict[tuple[str, str], list[Event]] = {}
        self._handlers: dict[str | None, Handler] = {}
        self.places = Places()
        self._copy_groups: dict[str, int] = {}
        self._launches: dict[tuple[object, ...], tuple[int, int]] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Sort a piece of the trace."""
        handlers, origin = self._handlers, self._origin
        for event in events:
            phase = event.ph
            if phase == "X":
                if origin is None:
                    origin = self._origin = event.ts if self._origin is None else self._origin
                handler = handlers.get(event.cat)
                if handler is None:
                    handler = handlers[event.cat] = self._handler(event.cat)
                start, duration = event.ts - origin, event.dur
                handler(event, start, start + duration if duration and duration > 0 else start)
            elif phase in ("B", "E"):
                self._pair(event)
            elif phase == "M":
                self.places.note(event)
            elif event.name == MEMORY_EVENT and event.args is not None:
                self._recording.allocator.add(event.args)

    def _pair(self, event: Event) -> None:
        """Make an X event of a B and the E that ends it, the innermost of its thread."""
        opened = self._open.setdefault((str(event.pid), str(event.tid)), [])
        if event.ph == "B":
            opened.append(event)
        elif opened:
            begun = opened.pop()
            whole_event = Event(
                ph="X",
                cat=begun.cat,
                name=begun.name,
                ts=begun.ts,
                dur=event.ts - begun.ts,
                pid=begun.pid,
                tid=begun.tid,
                args=begun.args or event.args,
            )
            self.add([whole_event])

    def _handler(self, category: str | None) -> Handler:
        match (category or "").lower():
            case "kernel":
                return self._kernel
            case "gpu_memcpy" | "memcpy":
                return self._copy
            case "gpu_memset" | "memset":
                return self._memset
            case "cuda_runtime" | "cuda_driver" | "runtime" | "hip_runtime" | "hip_driver":
                return self._call
            case "cpu_op" | "operator":
                return self._operator
            case "user_annotation":
                return self._annotation
            case "":
                return self._uncategorized
        return self._other

    def _kernel(self, event: Event, start: float, end: float) -> None:
        args = event.args or _NO_ARGUMENTS
        correlation = args.correlation
        if type(correlation) is not int or not -_FARTHEST < correlation < _FARTHEST:
            correlation = UNCORRELATED
        group, lane = self._launch(event, args)
        self._recording.kernels.append(start, end, group, lane, correlation)

    def _launch(self, event: Event, args: Arguments) -> tuple[int, int]:
        """Return the numbers of a kernel's group and lane; a launch as seen before is not looked at again."""
        seen = (event.name, event.pid, event.tid, args.device, args.stream, args.grid, args.block,
                args.registers_per_thread, args.shared_memory, args.occupancy_percent,
                args.old_occupancy_percent)  # fmt: skip
        try:
            return self._launches[seen]
        except (
            KeyError,
            TypeError,
        ) as unknown:  # a TypeError: what cannot be a key cannot be a launch either
            group = KernelGroup(event.name or "", shape(args))
            numbers = self._recording.kernel_groups.number(group), self._lane_number(event, args)
            if isinstance(unknown, KeyError):
                self._launches[seen] = numbers
            return numbers

    def _lane_number(self, event: Event, args: Arguments) -> int:
        """Return the number of an activity's lane, which the event's own process and thread tell as well."""
        device = event.pid if args.device is None else args.device
        stream = event.tid if args.stream is None else args.stream
        return self._recording.lanes.number(Lane(whole(device) or 0, whole(stream) or 0))

    def _copy(self, event: Event, start: float, end: float) -> None:
        args = event.args or _NO_ARGUMENTS
        group = self._copy_groups.get(event.name or "")
        if group is None:
            group = self._recording.copy_groups.number(CopyGroup(*copy_kind(event.name or "")))
            self._copy_groups[event.name or ""] = group
        lane = self._lane_number(event, args)
        self._recording.copies.append(start, end, group, lane, whole(args.bytes) or 0)

    def _memset(self, event: Event, start: float, end: float) -> None:
        args = event.args or _NO_ARGUMENTS
        lane = self._lane_number(event, args)
        self._recording.memsets.append(start, end, 0, lane, whole(args.bytes) or 0)

    def _call(self, event: Event, start: float, end: float) -> None:
        correlation = (event.args or _NO_ARGUMENTS).correlation
        if type(correlation) is not int or not -_FARTHEST < correlation < _FARTHEST:
            correlation = UNCORRELATED
        name = self._recording.call_names.number(event.name or "")
        self._recording.calls.append(start, end, name, 0, correlation)

    def _annotation(self, event: Event, start: float, end: float) -> None:
        if event.name is not None and event.name.startswith("Prof") and _STEP.fullmatch(event.name):
            if event.args is None or event.args.finished is not False:
                self._recording.steps.append(start, end, 0, 0, 0)
        else:
            self._recording.host.annotate(event.name or "", start, end)
            self._recording.cover(start, end)

    def _operator(self, event: Event, start: float, end: float) -> None:
        name, thread = event.name, event.tid
        if name is None or name.startswith("Prof"):
            self._annotation(event, start, end)
        else:
            recording = self._recording
            thread = thread if type(thread) is int else str(thread)
            recording.host.add(name, thread, event.args, start, end)
            recording.cover(start, end)

    def _uncategorized(self, event: Event, start: float, end: float) -> None:
        if event.pid == _LEGACY_GPU:
            group = self._recording.kernel_groups.number(KernelGroup(event.name or "", KernelShape()))
            lane = self._recording.lanes.number(Lane(whole(event.tid) or 0, 0))
            self._recording.kernels.append(start, end, group, lane, UNCORRELATED)
        elif (place := self.places.lane(event)) is not None:
            self._of_xla(event, place, start, end)
        elif self.places.is_step(event):
            self._recording.steps.append(start, end, 0, 0, 0)
        else:
            self._recording.host.annotate(event.name or "", start, end)
            self._recording.cover(start, end)

    def _of_xla(self, event: Event, place: Lane, start: float, end: float) -> None:
        """Sort an activity of a GPU that TensorFlow's or JAX's profiler recorded."""
        recording, name, args = self._recording, event.name or "", event.args or _NO_ARGUMENTS
        lane, copy = recording.lanes.number(place), xla_traces.copy_group(name, args.memcpy_details)
        if copy is not None:
            group, size = recording.copy_groups.number(copy), xla_traces.size_bytes(args.memcpy_details)
            recording.copies.append(start, end, group, lane, size)
        elif name.startswith("Memset"):
            recording.memsets.append(start, end, 0, lane, xla_traces.size_bytes(args.memset_details))
        else:
            group = recording.kernel_groups.number(
                KernelGroup(name, xla_traces.kernel_shape(args.kernel_details))
            )
            recording.kernels.append(start, end, group, lane, UNCORRELATED)

    def _other(self, event: Event, start: float, end: float) -> None:  # noqa: ARG002
        self._recording.cover(start, end)


def shape(args: Arguments) -> KernelShape:
    """Return what the arguments of a kernel tell of its launch."""
    percent = args.old_occupancy_percent if args.occupancy_percent is None else args.occupancy_percent
    return KernelShape(
        grid=extents(args.grid),
        block=extents(args.block),
        registers_per_thread=whole(args.registers_per_thread),
        shared_bytes=whole(args.shared_memory),
        estimated_occupancy=occupancy(percent),
    )


def copy_kind(name: str) -> tuple[CopyKind, HostMemory | None]:
    """Return what a copy's name tells: `Memcpy HtoD (Pageable -> Device)`, or AMD's `CopyHostToDevice`."""
    for theirs, ours in _OF_AMD.items():
        name = name.replace(theirs, ours)
    found = _COPY.search(name)
    if found is None:
        return "other", None
    kind = _KINDS.get(found["kind"], "other")
    host = found["to"] if kind == "device-to-host" else found["from"]
    return kind, _HOST_MEMORIES.get(host) if kind != "device-to-device" else None


def extents(value: Any) -> Extents | None:  # noqa: ANN401
    """Return `[x, y, z]` of a launch, None where it is anything else."""
    if type(value) is not tuple or len(value) != 3:
        return None
    x, y, z = value
    return (x, y, z) if whole(x) and whole(y) and whole(z) else None


def occupancy(percent: Any) -> float | None:  # noqa: ANN401
    """Return an estimated occupancy as a fraction; 0 stands for one that was not worked out."""
    return percent / 100 if type(percent) in (int, float) and 0 < percent <= 100 else None
