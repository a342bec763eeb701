"""From the tables of an Nsight Systems export to the activities of a recording.

Source of the tables and columns: Nsight Systems, `SQLite Schema Reference`, of the versions 2020 to 2025.
"""

import re
from collections.abc import Iterator
from typing import Any

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.timeline import CopyKind, Extents, HostMemory
from gpuadvisor.sources.traces.groups import CopyGroup, KernelGroup, KernelShape, Lane
from gpuadvisor.sources.traces.marks import operator_name
from gpuadvisor.sources.traces.nsys_database import NsysDatabase
from gpuadvisor.sources.traces.recording import UNCORRELATED, Recording

COPY_NAMES = ("UNKNOWN", "HTOD", "DTOH", "HTOA", "ATOH", "ATOA", "ATOD", "DTOA", "DTOD", "HTOH", "PTOP",
              "UVM_HTOD", "UVM_DTOH", "UVM_DTOD")  # fmt: skip
"""By number, as ENUM_CUDA_MEMCPY_OPER has them; versions before 2022 export no such table."""
MEMORY_NAMES = ("PAGEABLE", "PINNED", "DEVICE", "ARRAY", "MANAGED", "DEVICE_STATIC", "MANAGED_STATIC")
"""By number, as ENUM_CUDA_MEM_KIND has them."""
_KINDS: dict[str, CopyKind] = {
    "HTOD": "host-to-device",
    "HTOA": "host-to-device",
    "DTOH": "device-to-host",
    "ATOH": "device-to-host",
    "DTOD": "device-to-device",
    "ATOA": "device-to-device",
    "ATOD": "device-to-device",
    "DTOA": "device-to-device",
    "HTOH": "host-to-host",
    "PTOP": "peer",
}
_UNIFIED = "UVM_"
"""What the kinds of copies are called with which the driver moves managed memory."""
_WAITS = {1: "cudaEventSynchronize", 3: "cudaStreamSynchronize", 4: "cudaDeviceSynchronize"}
"""By the number of CUPTI's synchronisation type; 2 is a stream that waits, not the host."""
_STEP = re.compile(r"(ProfilerStep|\w*step|\w*iteration|iter|batch)\W*\d+", re.IGNORECASE)
_RANGES = {59, 60}
"""NVTX events that have an end: pushed and popped, started and ended."""
_PID_SHIFT, _PID_MASK = 24, 2**24 - 1
_FARTHEST = 2**62


class NsysActivities:
    """Reads one table after the other into a recording. Times are counted from the first one met."""

    def __init__(self, database: NsysDatabase, recording: Recording, where: str) -> None:
        self._database = database
        self._recording = recording
        self._where = where
        self._origin: int | None = None

    def read(self) -> None:
        """Read all tables; raise GpuAdvisorError for a value that cannot be."""
        self._kernels()
        self._graphs()
        self._copies()
        self._memsets()
        self._calls()
        self._steps()

    def _kernels(self) -> None:
        columns = (
            "start", "end", "deviceId", "streamId", "globalPid", "correlationId",
            "demangledName", "shortName", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
            "registersPerThread",
            "staticSharedMemory", "dynamicSharedMemory", "localMemoryPerThread",
        )  # fmt: skip
        recording = self._recording
        numbers: dict[tuple[Any, ...], int] = {}
        for row in self._database.rows("CUPTI_ACTIVITY_KIND_KERNEL", columns):
            launch = row[6:]
            if launch not in numbers:
                name = self._database.string(row[6] if row[6] is not None else row[7])
                numbers[launch] = recording.kernel_groups.number(KernelGroup(name, self._shape(row[8:])))
            start, end = self._times(row)
            correlation = _correlation(row[4], row[5])
            recording.kernels.append(start, end, numbers[launch], self._lane(row), correlation)

    def _graphs(self) -> None:
        """Graphs that were recorded as a whole: their kernels are in no table."""
        columns = ("start", "end", "deviceId", "streamId", "globalPid", "correlationId", "graphId")
        for row in self._database.rows("CUPTI_ACTIVITY_KIND_GRAPH_TRACE", columns):
            start, end = self._times(row)
            name = f"CUDA graph {row[6]}"
            group = self._recording.kernel_groups.number(KernelGroup(name, KernelShape()))
            self._recording.kernels.append(start, end, group, self._lane(row), _correlation(row[4], row[5]))

    def _copies(self) -> None:
        columns = ("start", "end", "deviceId", "streamId", "bytes", "copyKind", "srcKind", "dstKind")
        kinds = self._database.labels("ENUM_CUDA_MEMCPY_OPER") or dict(enumerate(COPY_NAMES))
        memories = self._database.labels("ENUM_CUDA_MEM_KIND") or dict(enumerate(MEMORY_NAMES))
        for row in self._database.rows("CUPTI_ACTIVITY_KIND_MEMCPY", columns):
            start, end = self._times(row)
            kind, unified = copy_kind(kinds.get(row[5], "")), _UNIFIED in kinds.get(row[5], "")
            ends = memories.get(row[6], ""), memories.get(row[7], "")
            memory = "managed" if unified else host_memory(kind, *ends)
            group = self._recording.copy_groups.number(CopyGroup(kind, memory))
            self._recording.copies.append(start, end, group, self._lane(row), self._whole(row[4]) or 0)

    def _memsets(self) -> None:
        columns = ("start", "end", "deviceId", "streamId", "bytes")
        for row in self._database.rows("CUPTI_ACTIVITY_KIND_MEMSET", columns):
            start, end = self._times(row)
            self._recording.memsets.append(start, end, 0, self._lane(row), self._whole(row[4]) or 0)

    def _calls(self) -> None:
        recording, names = self._recording, self._recording.call_names
        for start, end, thread, correlation, name in self._database.rows(
            "CUPTI_ACTIVITY_KIND_RUNTIME", ("start", "end", "globalTid", "correlationId", "nameId")
        ):
            times = self._times((start, end))
            number = names.number(self._database.string(name))
            recording.calls.append(*times, number, 0, _correlation(thread, correlation))
        if not len(recording.calls):
            for row in self._waits():
                recording.calls.append(*self._times(row), names.number(_WAITS[row[2]]), 0, UNCORRELATED)

    def _waits(self) -> Iterator[tuple[Any, ...]]:
        columns = ("start", "end", "syncType")
        rows = self._database.rows("CUPTI_ACTIVITY_KIND_SYNCHRONIZATION", columns)
        return (row for row in rows if row[2] in _WAITS)

    def _steps(self) -> None:
        columns = ("start", "end", "eventType", "text", "textId", "globalTid")
        for row in self._database.rows("NVTX_EVENTS", columns):
            if row[2] in _RANGES and row[1] is not None:
                text = self._database.string(row[4] if row[3] is None else row[3])
                if _STEP.fullmatch(text.strip()):
                    self._recording.steps.append(*self._times(row), 0, 0, 0)
                else:
                    self._framework(text, row[5], *self._times(row))

    def _framework(self, text: str, thread: object, start: float, end: float) -> None:
        """Take note of a range that PyTorch's emit_nvtx, TensorFlow or XLA may have marked."""
        name, host = operator_name(text), self._recording.host
        if name.startswith("aten::"):
            host.add(name, thread if type(thread) is int else str(thread), None, start, end)
        else:
            host.annotate(name, start, end)

    def _times(self, row: tuple[Any, ...]) -> tuple[float, float]:
        """Return an event's beginning and end in nanoseconds from the first one met."""
        start, end = row[:2]
        known = type(start) is int and type(end) is int and start <= end
        if not known or abs(start) > _FARTHEST or abs(end) > _FARTHEST:
            raise self._damaged(f"an event from {start!r} to {end!r}")
        if self._origin is None:
            self._origin = start
        return float(start - self._origin), float(end - self._origin)

    def _lane(self, row: tuple[Any, ...]) -> int:
        return self._recording.lanes.number(Lane(self._whole(row[2]) or 0, self._whole(row[3]) or 0))

    def _shape(self, row: tuple[Any, ...]) -> KernelShape:
        sizes = [self._whole(value) for value in row]
        static, dynamic = sizes[7:9]
        return KernelShape(
            grid=_extents(sizes[:3]),
            block=_extents(sizes[3:6]),
            registers_per_thread=sizes[6],
            shared_bytes=None if static is None or dynamic is None else static + dynamic,
            static_shared_bytes=static,
            local_bytes=sizes[9],
        )

    def _whole(self, value: object) -> int | None:
        """Return a whole number of things, None for NULL; raise GpuAdvisorError for anything else."""
        if value is None:
            return None
        if type(value) is not int or not 0 <= value < 2**53:
            raise self._damaged(f"the number {str(value)[:40]!r}")
        return value

    def _damaged(self, reason: str) -> GpuAdvisorError:
        return GpuAdvisorError(f"damaged export of Nsight Systems: {reason}", where=self._where)


def copy_kind(name: str) -> CopyKind:
    """Return the kind of a copy: `CUDA_MEMCPY_KIND_HTOD`, `UVM_DTOH`."""
    return _KINDS.get(name.rpartition("_")[2], "other")


def host_memory(kind: CopyKind, source: str, destination: str) -> HostMemory | None:
    """Return the kind of the memory on the host's side; None where none takes part or it is not known."""
    if kind not in ("host-to-device", "device-to-host"):
        return None
    name = source if kind == "host-to-device" else destination
    memories: tuple[HostMemory, ...] = ("pageable", "pinned", "managed")
    return next((memory for memory in memories if memory.upper() in name), None)


def _extents(sizes: list[int | None]) -> Extents | None:
    x, y, z = sizes
    return (x, y, z) if x and y and z else None


def _correlation(process: object, correlation: object) -> int:
    """Return a number for a call's correlation, which is unique in its process only.

    `process` is a global identifier of a process or a thread; bits 24 to 47 of both are the process.
    """
    if type(correlation) is not int or not 0 < correlation < 2**32:
        return UNCORRELATED
    number = process if type(process) is int else 0
    return (number >> _PID_SHIFT & _PID_MASK) << 32 | correlation
