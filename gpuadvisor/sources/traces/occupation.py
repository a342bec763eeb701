"""How the devices and streams of a recording were occupied."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.timeline import Gaps, Stream, TimelineDevice
from gpuadvisor.sources.traces.api_names import communicates
from gpuadvisor.sources.traces.columns import Table, together
from gpuadvisor.sources.traces.device_tables import DeviceTables, of_lanes
from gpuadvisor.sources.traces.gaps import FoundGaps
from gpuadvisor.sources.traces.host_calls import HostCalls
from gpuadvisor.sources.traces.intervals import union
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible


def devices(
    tables: Mapping[int, DeviceTables], known: Mapping[int, TimelineDevice], recording: Recording
) -> list[TimelineDevice]:
    """Return the devices that did anything, with what is `known` of them, by their number."""
    groups = recording.kernel_groups.keys()
    collective = np.array([communicates(group.name) for group in groups], dtype=np.bool_)
    return [
        _device(
            known.get(number, TimelineDevice(index=number)), parts, collective, recording.ticks_per_second
        )
        for number, parts in tables.items()
    ]


def streams(recording: Recording) -> list[Stream]:
    """Return the streams, the busiest first."""
    found = [
        Stream(
            device=lane.device,
            stream=lane.stream,
            kernels=len(parts.kernels.start),
            copies=len(parts.copies.start),
            memsets=len(parts.memsets.start),
            busy_seconds=_busy(together(parts), recording.ticks_per_second),
        )
        for lane, parts in zip(recording.lanes.keys(), of_lanes(recording), strict=True)
    ]
    return sorted(found, key=lambda stream: -stream.busy_seconds)


def gaps(tables: Mapping[int, DeviceTables], host: HostCalls, ticks_per_second: float) -> list[Gaps]:
    """Return the times between kernels on all devices, by cause and size."""
    found = FoundGaps(ticks_per_second)
    for device in tables.values():
        if len(device.kernels.start):
            found.add(device.kernels, device.moving(), host)
    return found.gaps()


def _device(
    known: TimelineDevice, parts: DeviceTables, collective: NDArray[np.bool_], second: float
) -> TimelineDevice:
    everything, kernels = together(parts), parts.kernels
    waiting = collective.take(kernels.group)
    kernel_seconds = _busy(kernels, second)
    return TimelineDevice(
        index=known.index,
        name=None if known.name is None else visible(known.name),
        compute_capability=known.compute_capability,
        multiprocessors=known.multiprocessors,
        memory_bytes=known.memory_bytes,
        span_seconds=float(everything.end.max() - everything.start.min()) / second,
        busy_seconds=_busy(everything, second),
        kernel_seconds=kernel_seconds,
        compute_seconds=_busy(kernels.at(~waiting), second) if waiting.any() else kernel_seconds,
    )


def _busy(table: Table, second: float) -> float:
    return union(table.start, table.end).length / second
