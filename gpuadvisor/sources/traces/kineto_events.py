"""The events of a Kineto trace, as far as they are read."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Time = Annotated[float, Meta(ge=-1e18, le=1e18)]
Extents = tuple[Any, ...] | dict[str, Any] | str | float | bool | None
"""Anything that JSON can say, lists as tuples: the extents of a launch, in the arguments of kernels."""


class Arguments(msgspec.Struct, frozen=True, gc=False):
    """Of all that events carry along, what is read; of any type, since other events use the same names."""

    device: Any = None
    stream: Any = None
    correlation: Any = None
    grid: Extents = None
    block: Extents = None
    bytes: Any = None
    registers_per_thread: Any = msgspec.field(default=None, name="registers per thread")
    shared_memory: Any = msgspec.field(default=None, name="shared memory")
    occupancy_percent: Any = msgspec.field(default=None, name="est. achieved occupancy %")
    old_occupancy_percent: Any = msgspec.field(default=None, name="theoretical occupancy %")
    """What it was called in 2021."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event of the Chrome trace format; `ts` and `dur` in microseconds."""

    ph: str = "X"
    cat: str | None = None
    name: str | None = None
    ts: Time = 0.0
    dur: Time | None = None
    pid: Any = None
    tid: Any = None
    args: Arguments | None = None


class Head(msgspec.Struct, frozen=True, rename="camel"):
    """What stands around the events."""

    device_properties: Any = None
    distributed_info: Any = None
    trace_events: list[Any] = []
