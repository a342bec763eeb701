"""The events of a Kineto trace, as far as they are read."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Time = Annotated[float, Meta(ge=-1e18, le=1e18)]
NOTHING = msgspec.Raw(b"")
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
    finished: Any = None
    """False for a range that was open when the recording ended."""
    input_dimensions: msgspec.Raw = msgspec.field(default=NOTHING, name="Input Dims")
    input_types: msgspec.Raw = msgspec.field(default=NOTHING, name="Input type")
    concrete_inputs: msgspec.Raw = msgspec.field(default=NOTHING, name="Concrete Inputs")
    """Of operators, if shapes were recorded; left as they are, because few of them are looked at."""
    sequence_number: Any = msgspec.field(default=None, name="Sequence number")
    forward_thread: Any = msgspec.field(default=None, name="Fwd thread id")
    collective: Any = msgspec.field(default=None, name="Collective name")
    message_elements: Any = msgspec.field(default=None, name="In msg nelems")
    dtype: Any = None
    name: Any = None
    """Of a process or a thread, in metadata events."""
    kernel_details: Any = None
    memcpy_details: Any = None
    memset_details: Any = msgspec.field(default=None, name="Memset_details")
    """Texts of TensorFlow's and JAX's profiler."""
    total_allocated: Any = msgspec.field(default=None, name="Total Allocated")
    total_reserved: Any = msgspec.field(default=None, name="Total Reserved")
    device_type: Any = msgspec.field(default=None, name="Device Type")
    device_id: Any = msgspec.field(default=None, name="Device Id")


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
