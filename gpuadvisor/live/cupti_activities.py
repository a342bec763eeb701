"""From CUPTI's activity records, as cupti-python hands them over, to the activities of a recording.

Source of the names and numbers: CUPTI documentation, "CUPTI Activity API" (CUpti_ActivityKernel9,
CUpti_ActivityMemcpy6, CUpti_ActivityMemcpyPtoP4, CUpti_ActivityMemset4, CUpti_ActivityAPI,
CUpti_ActivityMemcpyKind, CUpti_ActivityMemoryKind), which cupti-python writes in snake case.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from gpuadvisor.compiler.demangle import written_name
from gpuadvisor.model.timeline import CopyKind, HostMemory
from gpuadvisor.sources.traces.groups import CopyGroup, KernelGroup, KernelShape, Lane
from gpuadvisor.sources.traces.recording import Recording

NANOSECONDS = 1e9
MOST_ACTIVITIES = 10_000_000
"""Of which 40 bytes are kept of each: what comes after as many is left out, and said to be."""
KINDS = ("CONCURRENT_KERNEL", "MEMCPY", "MEMCPY2", "MEMSET", "RUNTIME", "DRIVER")
"""What is recorded; MEMCPY2 are copies between GPUs."""
_COPIES: dict[int, CopyKind] = {
    1: "host-to-device",
    2: "device-to-host",
    3: "host-to-device",
    4: "device-to-host",
    **dict.fromkeys((5, 6, 7, 8), "device-to-device"),
    9: "host-to-host",
    10: "peer",
}
"""By copy kind; arrays lie on the device."""
_MEMORIES: dict[int, HostMemory] = {1: "pageable", 2: "pinned", 5: "managed", 7: "managed"}


class CuptiActivities:
    """Sorts records into a recording. Times count from the first record, which keeps their precision."""

    def __init__(self, cupti: ModuleType, recording: Recording) -> None:
        self._cupti, self._recording = cupti, recording
        kinds, domains = cupti.ActivityKind, cupti.CallbackDomain
        self._domains = {int(kinds.RUNTIME): domains.RUNTIME_API, int(kinds.DRIVER): domains.DRIVER_API}
        self._handlers: dict[int, Callable[[Any, float, float], None]] = {
            int(kinds.CONCURRENT_KERNEL): self._kernel,
            int(kinds.MEMCPY): self._copy,
            int(kinds.MEMCPY2): self._copy,
            int(kinds.MEMSET): self._memset,
            int(kinds.RUNTIME): self._call,
            int(kinds.DRIVER): self._call,
        }
        self._calls: dict[tuple[int, int], int] = {}
        self._names: dict[str, str] = {}
        self._origin: int | None = None
        self._room = MOST_ACTIVITIES
        self.left_out = 0
        """Records that came when there was no more room."""
        self.untimed = 0
        """Records without times: of activities that had not ended, or that CUPTI could not time."""

    def add(self, records: Sequence[Any]) -> None:
        """Sort records, which are valid during this call alone."""
        for record in records:
            handler = self._handlers.get(int(record.kind))
            if handler is None:
                continue
            if not record.start or not record.end:
                self.untimed += 1
                continue
            if not self._room:
                self.left_out += 1
                continue
            self._room -= 1
            self._origin = record.start if self._origin is None else self._origin
            handler(record, float(record.start - self._origin), float(record.end - self._origin))

    def _kernel(self, record: Any, start: float, end: float) -> None:  # noqa: ANN401 - cupti-python's classes
        shape = KernelShape(
            grid=(record.grid_x, record.grid_y, record.grid_z),
            block=(record.block_x, record.block_y, record.block_z),
            registers_per_thread=record.registers_per_thread,
            shared_bytes=record.static_shared_memory + record.dynamic_shared_memory,
            static_shared_bytes=record.static_shared_memory,
            local_bytes=record.local_memory_per_thread,
        )
        group = self._recording.kernel_groups.number(KernelGroup(self._name(record.name), shape))
        self._recording.kernels.append(start, end, group, self._lane(record), record.correlation_id)

    def _name(self, mangled: str) -> str:
        """Return a kernel's name as people write it, where the package for that is installed."""
        if mangled not in self._names:
            self._names[mangled] = written_name(mangled) if find_spec("demangle") else mangled
        return self._names[mangled]

    def _copy(self, record: Any, start: float, end: float) -> None:  # noqa: ANN401
        kind = _COPIES.get(record.copy_kind, "other")
        memory = _MEMORIES.get(record.dst_kind if kind == "device-to-host" else record.src_kind)
        group = CopyGroup(kind, memory if kind in ("host-to-device", "device-to-host") else None)
        number = self._recording.copy_groups.number(group)
        self._recording.copies.append(start, end, number, self._lane(record), record.bytes)

    def _memset(self, record: Any, start: float, end: float) -> None:  # noqa: ANN401
        self._recording.memsets.append(start, end, 0, self._lane(record), record.bytes)

    def _call(self, record: Any, start: float, end: float) -> None:  # noqa: ANN401
        called = int(record.kind), record.cbid
        number = self._calls.get(called)
        if number is None:
            name = self._cupti.get_callback_name(self._domains[called[0]], record.cbid)
            number = self._calls[called] = self._recording.call_names.number(name)
        self._recording.calls.append(start, end, number, 0, record.correlation_id)

    def _lane(self, record: Any) -> int:  # noqa: ANN401
        return self._recording.lanes.number(Lane(record.device_id, record.stream_id))
