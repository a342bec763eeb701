"""What each device of a recording did, in the order of time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.sources.traces.columns import Table, together
from gpuadvisor.sources.traces.intervals import Intervals, union
from gpuadvisor.sources.traces.recording import Recording


class DeviceTables(NamedTuple):
    """The activities of one device, or of one stream."""

    kernels: Table
    copies: Table
    memsets: Table

    def running(self) -> Intervals:
        """Return the times in which a kernel ran."""
        return union(self.kernels.start, self.kernels.end)

    def moving(self) -> Intervals:
        """Return the times in which memory was copied or set."""
        moved = together((self.copies, self.memsets))
        return union(moved.start, moved.end)


def of_devices(recording: Recording) -> dict[int, DeviceTables]:
    """Return what each device did, in the order of time, by the device's number, which rises."""
    device_of_lane = [lane.device for lane in recording.lanes.keys()]  # noqa: SIM118 (not a dict)
    numbers = sorted(set(device_of_lane))
    index = {number: index for index, number in enumerate(numbers)}
    owner = np.array([index[number] for number in device_of_lane], dtype=np.int64)
    tables = _by_owner(recording, owner, len(numbers))
    ordered = [DeviceTables(*(table.by_start() for table in each)) for each in tables]
    return dict(zip(numbers, ordered, strict=True))


def of_lanes(recording: Recording) -> list[DeviceTables]:
    """Return what each lane did; a lane's index is its number."""
    lanes = len(recording.lanes.keys())
    return _by_owner(recording, np.arange(lanes), lanes)


def _by_owner(recording: Recording, owner: NDArray[np.int64], owners: int) -> list[DeviceTables]:
    if not owners:
        return []
    columns = recording.kernels, recording.copies, recording.memsets
    kernels, copies, memsets = (each.table().split(owner, owners) for each in columns)
    return [DeviceTables(*tables) for tables in zip(kernels, copies, memsets, strict=True)]
