"""How the devices and streams of a recording were occupied."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.timeline import Gaps, Stream, TimelineDevice
from gpuadvisor.sources.traces.columns import Table, together
from gpuadvisor.sources.traces.gaps import FoundGaps, HostCalls
from gpuadvisor.sources.traces.intervals import union
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible


def devices(recording: Recording, known: Mapping[int, TimelineDevice]) -> list[TimelineDevice]:
    """Return the devices that did anything, with what is `known` of them, by their number."""
    numbers, owner = _device_of_lane(recording)
    tables = _by_owner(recording, owner, len(numbers))
    return [
        _device(known.get(number, TimelineDevice(index=number)), parts, recording.ticks_per_second)
        for number, parts in zip(numbers, tables, strict=True)
    ]


def streams(recording: Recording) -> list[Stream]:
    """Return the streams, the busiest first."""
    lanes = recording.lanes.keys()
    tables = _by_owner(recording, np.arange(len(lanes)), len(lanes))
    found = [
        Stream(
            device=lane.device,
            stream=lane.stream,
            kernels=len(parts[0].start),
            copies=len(parts[1].start),
            memsets=len(parts[2].start),
            busy_seconds=_busy(together(parts), recording.ticks_per_second),
        )
        for lane, parts in zip(lanes, tables, strict=True)
    ]
    return sorted(found, key=lambda stream: -stream.busy_seconds)


def gaps(recording: Recording) -> list[Gaps]:
    """Return the times between kernels on all devices, by cause and size."""
    found = FoundGaps(recording.ticks_per_second)
    host = HostCalls(recording.calls.table(), recording.call_names.keys())
    numbers, owner = _device_of_lane(recording)
    for kernels, copies, memsets in _by_owner(recording, owner, len(numbers)):
        if len(kernels.start):
            moved = together((copies, memsets))
            found.add(kernels, union(moved.start, moved.end), host)
    return found.gaps()


def _device_of_lane(recording: Recording) -> tuple[list[int], NDArray[np.int64]]:
    """Return the devices' numbers, and for each lane the index of its device among them."""
    device_of_lane = [lane.device for lane in recording.lanes.keys()]  # noqa: SIM118 (not a dict)
    numbers = sorted(set(device_of_lane))
    index = {number: index for index, number in enumerate(numbers)}
    return numbers, np.array([index[number] for number in device_of_lane], dtype=np.int64)


def _by_owner(
    recording: Recording, owner: NDArray[np.int64], owners: int
) -> list[tuple[Table, Table, Table]]:
    """Return the kernels, copies and memsets of each owner of lanes."""
    if not owners:
        return []
    columns = recording.kernels, recording.copies, recording.memsets
    kernels, copies, memsets = (each.table().split(owner, owners) for each in columns)
    return list(zip(kernels, copies, memsets, strict=True))


def _device(known: TimelineDevice, parts: tuple[Table, Table, Table], second: float) -> TimelineDevice:
    everything = together(parts)
    return TimelineDevice(
        index=known.index,
        name=None if known.name is None else visible(known.name),
        compute_capability=known.compute_capability,
        multiprocessors=known.multiprocessors,
        memory_bytes=known.memory_bytes,
        span_seconds=float(everything.end.max() - everything.start.min()) / second,
        busy_seconds=_busy(everything, second),
        kernel_seconds=_busy(parts[0], second),
    )


def _busy(table: Table, second: float) -> float:
    return union(table.start, table.end).length / second
