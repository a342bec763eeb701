"""How copies and memsets lie between kernels: which could be hidden, made fewer or left out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.run_patterns import CopyPatterns, RepeatedUpload
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.copy_series import (
    CLOSE_SECONDS,
    SMALL_BYTES,
    OrderedCopies,
    repeated_uploads,
    round_trips,
    small_series,
    ways_out,
)
from gpuadvisor.sources.traces.device_tables import DeviceTables
from gpuadvisor.sources.traces.groups import CopyGroup
from gpuadvisor.sources.traces.intervals import Intervals, union

MOST_SIZES = 8
"""Sizes of repeated uploads that are told."""
_OTHERS_BUSINESS = ("pageable", "managed")
"""Memory of the host whose copies cannot be hidden as they are."""


class CopyKinds:
    """What the groups of copies are, by their number."""

    def __init__(self, groups: Sequence[CopyGroup]) -> None:
        self.to_device = np.array([group.kind == "host-to-device" for group in groups], dtype=np.bool_)
        self.to_host = np.array([group.kind == "device-to-host" for group in groups], dtype=np.bool_)
        stuck = np.array([group.host_memory in _OTHERS_BUSINESS for group in groups], dtype=np.bool_)
        self.could_overlap = (self.to_device | self.to_host) & ~stuck


def copy_patterns(
    devices: Iterable[DeviceTables], groups: Sequence[CopyGroup], ticks_per_second: float
) -> CopyPatterns:
    """Return the patterns of all devices together."""
    kinds = CopyKinds(groups)
    found = [_of_device(device, kinds, ticks_per_second) for device in devices]
    added: dict[str, Any] = {
        name: sum(getattr(each, name) for each in found)
        for name in CopyPatterns.__struct_fields__
        if name != "repeated_uploads"
    }
    return CopyPatterns(**added, repeated_uploads=_together(found))


def _of_device(device: DeviceTables, kinds: CopyKinds, second: float) -> CopyPatterns:
    running, copies = device.running(), device.copies
    ordered = OrderedCopies(copies, device.kernels, running)
    could = kinds.could_overlap.take(copies.group) & (copies.number >= SMALL_BYTES)
    shared = could & np.isin(copies.lane, np.unique(device.kernels.lane))
    series = small_series(ordered, CLOSE_SECONDS * second)
    out = ways_out(ordered, kinds.to_host, kinds.to_device)
    trips = round_trips(ordered, out)
    uploads = kinds.to_device.take(copies.group)
    uploads[out + 1] = False
    return CopyPatterns(
        exposed_seconds=_bare(copies, could, running) / second,
        exposed_on_kernel_streams_seconds=_bare(copies, shared, running) / second,
        exposed_memset_seconds=_bare(device.memsets, None, running) / second,
        small_in_series=series.count,
        small_in_series_seconds=series.copy_ticks / second,
        small_in_series_total_seconds=series.ticks / second,
        round_trips=trips.count,
        round_trip_bytes=trips.size_bytes,
        round_trip_copy_seconds=trips.copy_ticks / second,
        round_trip_seconds=trips.ticks / second,
        repeated_uploads=repeated_uploads(ordered, uploads, second),
    )


def _bare(table: Table, chosen: NDArray[np.bool_] | None, running: Intervals) -> float:
    """Return the time of the chosen activities in which no kernel runs, from the first kernel to the last."""
    if not len(running.start):
        return 0.0
    rows = table if chosen is None else table.at(chosen)
    moving = union(rows.start, rows.end).clipped(running.start[0], running.end[-1])
    return moving.length - float(running.overlap(moving.start, moving.end).sum())


def _together(found: Iterable[CopyPatterns]) -> list[RepeatedUpload]:
    """Return the repeated uploads of all devices by size, those with the most seconds first."""
    by_size: defaultdict[int, list[RepeatedUpload]] = defaultdict(list)
    for each in found:
        for upload in each.repeated_uploads:
            by_size[upload.size_bytes].append(upload)
    uploads = [
        RepeatedUpload(
            size_bytes=size,
            count=sum(each.count for each in alike),
            repeated_seconds=sum(each.repeated_seconds for each in alike),
        )
        for size, alike in by_size.items()
    ]
    return sorted(uploads, key=lambda upload: -upload.repeated_seconds)[:MOST_SIZES]
