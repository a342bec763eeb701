"""Steps of host code on an emulated GPU: the bytes are moved, the kernels run, and the time is modelled."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gpuadvisor.devices.activities import Activity, Allocate, Copy, Free, Multiply, Run, Scratch, Span, Step
from gpuadvisor.devices.copy_model import (
    COPY_AND_WAIT_SECONDS,
    GRAPH_LAUNCH_SECONDS,
    GRAPH_NODE_SECONDS,
    LAUNCH_AND_WAIT_SECONDS,
    QUEUED_COPY_SECONDS,
    copy_seconds,
    engine_of,
)
from gpuadvisor.devices.cost import LAUNCH_SECONDS
from gpuadvisor.devices.device import Buffer, Place
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelTime
from gpuadvisor.model.provenance import Provenance

REFUSED = {Run: "this kind of launch", Multiply: "a product of the vendor's library"}
Launcher = Callable[[Run], KernelTime]
"""Runs every block of a launch and returns its modelled time."""


@dataclass
class Schedule:
    """When each stream and each part of the device is free again.

    A step begins when its stream and the part that does it are both free, in the order of issue (CUDA C++
    Programming Guide, Overlapping Behavior). How kernels share a device is not modelled: one runs at a time.
    """

    streams: dict[int, float] = field(default_factory=dict)
    engines: dict[str, float] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    """The seconds that each part of the device works."""

    def add(self, stream: int, engine: str, seconds: float) -> None:
        """Put a step at its earliest time."""
        start = max(self.streams.get(stream, 0.0), self.engines.get(engine, 0.0))
        self.streams[stream] = self.engines[engine] = start + seconds
        self.busy[engine] = self.busy.get(engine, 0.0) + seconds

    @property
    def end(self) -> float:
        """When the last step has ended."""
        return max(self.engines.values(), default=0.0)


class EmulatedActivities:
    """Carries out steps one after the other in the order of issue, and schedules their times."""

    def __init__(self, facts: DeviceFacts, memory: GlobalMemory, launch: Launcher) -> None:
        self._facts = facts
        self._memory = memory
        self._launch = launch
        self._scratch: dict[Scratch, int] = {}

    def perform(self, activity: Activity) -> KernelTime:
        """Carry out the steps and return their modelled time; its components are the parts that did them.

        Allocations take no time here: nobody has published what they take. Raises GpuAdvisorError for
        steps that only a real GPU can do.
        """
        schedule = Schedule()
        floor_seconds = GRAPH_NODE_SECONDS if activity.as_graph else LAUNCH_SECONDS
        for step in activity.before:
            self._do(step, Schedule(), floor_seconds)
        for step in activity.steps:
            self._do(step, schedule, floor_seconds)
        seconds = schedule.end + _host_seconds(activity)
        slowest = max(schedule.busy, key=lambda engine: schedule.busy[engine], default=None)
        return KernelTime(
            provenance=Provenance.MODELLED, seconds=seconds, bound_by=slowest, components=schedule.busy
        )

    def _do(self, step: Step, schedule: Schedule, floor_seconds: float) -> None:
        match step:
            case Copy():
                schedule.add(step.stream, *self._copy(step))
            case Run() if not (step.cooperative or step.programmatic):
                schedule.add(step.stream, "compute", _seconds(self._launch(step), floor_seconds))
            case Allocate():
                self._scratch[step.scratch] = self._memory.allocate(step.size_bytes, step.scratch.name)
            case Free():
                self._memory.free(self._scratch.pop(step.scratch))
            case _:
                kind = REFUSED.get(type(step), "moving pages")
                raise GpuAdvisorError(f"{kind} means nothing on an emulated device", remedy="use a real GPU")

    def _copy(self, copy: Copy) -> tuple[str, float]:
        """Move the bytes; return the part of the device that does it and how long that takes."""
        content = self._memory.read(self._address(copy.source), copy.size_bytes)
        self._memory.write(self._address(copy.target), content)
        source, target = _place(copy.source), _place(copy.target)
        return engine_of(source, target), copy_seconds(self._facts, source, target, copy.size_bytes)

    def _address(self, span: Span) -> int:
        memory = span.memory
        start = memory.address if isinstance(memory, Buffer) else self._scratch[memory]
        return start + span.offset_bytes


def _host_seconds(activity: Activity) -> float:
    """Return what the host adds: the launch of a graph, and waiting where the host takes the time."""
    seconds = GRAPH_LAUNCH_SECONDS if activity.as_graph else 0.0
    if activity.clock == "host":
        copies = any(isinstance(step, Copy) for step in activity.steps)
        waiting = COPY_AND_WAIT_SECONDS - QUEUED_COPY_SECONDS
        seconds += waiting if copies else LAUNCH_AND_WAIT_SECONDS - LAUNCH_SECONDS
    return seconds


def _seconds(time: KernelTime, floor_seconds: float) -> float:
    """Return the time of a kernel with another floor than that of a launch by itself."""
    others = (seconds for name, seconds in time.components.items() if name != "launch")
    return max(floor_seconds, *others)


def _place(span: Span) -> Place:
    return span.memory.place if isinstance(span.memory, Buffer) else "device"
