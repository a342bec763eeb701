"""PyTorch's traces: the Chrome trace JSON that Kineto, and before it the autograd profiler, writes.

Read are all forms since 2021: an object with `traceEvents` or a bare array of events; categories as `Kernel`,
`Memcpy` and `Runtime` or as `kernel`, `gpu_memcpy` and `cuda_runtime`; durations as X events or as pairs of B
and E. Source of the names: libkineto's `ActivityType.h`, `MetadataFieldCatalog.h` and `output_json.cpp`, and
the TensorBoard plugin's readers for what earlier versions wrote. TensorFlow's and JAX's profiler writes the
same form with other contents: see `xla_traces`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.blocks import blocks
from gpuadvisor.sources.traces.json_array import ObjectArray
from gpuadvisor.sources.traces.kineto_activities import KinetoActivities
from gpuadvisor.sources.traces.kineto_events import Event, Head
from gpuadvisor.sources.traces.kineto_head import backend, devices, ranks
from gpuadvisor.sources.traces.profile import Origin, timeline
from gpuadvisor.sources.traces.recording import Recording

LONGEST_HEAD_BYTES = 64 * 2**20
MICROSECONDS = 1e6
_EVENTS = re.compile(rb'"traceEvents"\s*:\s*\[')
_REMEDY = "give what `torch.profiler`'s export_chrome_trace wrote"


def read_kineto(path: Path) -> TimelineProfile:
    """Read one trace; raise GpuAdvisorError where it is damaged or none."""
    source = blocks(path)
    before, begun = _opening(source, str(path))
    array = ObjectArray(source, Event, str(path))
    recording = Recording(MICROSECONDS)
    activities = KinetoActivities(recording)
    for events in array.pieces(begun):
        activities.add(events)
    head = _head(before, array.rest, source, str(path))
    rank, world_size = ranks(head.distributed_info)
    of_xla = activities.places.of_xla
    origin = Origin(
        provenance=Provenance.IMPORTED_XLA if of_xla else Provenance.IMPORTED_KINETO,
        source=str(path),
        producer="TensorFlow or JAX" if of_xla else "PyTorch",
        rank=rank,
        world_size=world_size,
        backend=backend(head.distributed_info),
        devices=devices(head.device_properties),
    )
    return timeline(recording, origin)


def _opening(source: Iterator[bytes], where: str) -> tuple[bytes, bytes]:
    """Return what stands before the events, their `[` included, and what has been read of them."""
    read = next(source, b"")
    if read.lstrip()[:1] == b"[":
        opening = read.index(b"[") + 1
        return read[:opening], read[opening:]
    while (found := _EVENTS.search(read)) is None:
        block = next(source, b"")
        if not block or len(read) > LONGEST_HEAD_BYTES:
            raise GpuAdvisorError("holds no traceEvents", where=where, remedy=_REMEDY)
        read += block
    return read[: found.end()], read[found.end() :]


def _head(before: bytes, after: bytes, source: Iterator[bytes], where: str) -> Head:
    """Return what stands around the events; raise GpuAdvisorError where that is not whole."""
    for block in source:
        after += block
        if len(after) > LONGEST_HEAD_BYTES:
            raise GpuAdvisorError("holds too much besides its events", where=where)
    try:
        if before.lstrip().startswith(b"["):
            msgspec.json.decode(b"[]" + after)
            return Head()
        head = msgspec.json.decode((before + b"]" + after).decode(errors="replace"), type=Head)
    except RecursionError:
        raise GpuAdvisorError("damaged trace: it is nested too deeply", where=where) from None
    except msgspec.DecodeError as error:
        raise GpuAdvisorError(f"damaged trace: around its events: {error}", where=where) from None
    if head.trace_events:
        raise GpuAdvisorError("damaged trace: it has traceEvents twice", where=where)
    return head
