"""The times between kernels, and what the recorded events say of their cause."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.timeline import GapCause, Gaps
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.host_calls import HostCalls, mostly
from gpuadvisor.sources.traces.intervals import Intervals, Times

CLASSES_SECONDS = (0.0, 10e-6, 100e-6, 1e-3, 10e-3)
"""Where each size class begins; the last has no end."""
CAUSES: tuple[GapCause, ...] = ("copy", "queued", "allocator", "synchronization", "host", "unknown")


class FoundGaps:
    """Gaps of all devices together, counted by cause and size class."""

    def __init__(self, ticks_per_second: float) -> None:
        self._ticks_per_second = ticks_per_second
        shape = len(CAUSES), len(CLASSES_SECONDS)
        self._counts = np.zeros(shape, dtype=np.int64)
        self._seconds = np.zeros(shape)

    def add(self, kernels: Table, copies: Intervals, host: HostCalls) -> None:
        """Count the gaps of one device; `copies` are the times in which it copied or set memory.

        The kernels come in the order in which they began.
        """
        start, correlation = kernels.start, kernels.number
        reached = np.maximum.accumulate(kernels.end)
        after = np.flatnonzero(start[1:] > reached[:-1]) + 1
        begin, end = reached[after - 1], start[after]
        cause = _causes(begin, end, host.launched(correlation[after]), copies, host)
        seconds = (end - begin) / self._ticks_per_second
        size = np.searchsorted(CLASSES_SECONDS, seconds, side="right") - 1
        np.add.at(self._counts, (cause, size), 1)
        np.add.at(self._seconds, (cause, size), seconds)

    def gaps(self) -> list[Gaps]:
        """Return the gaps found, those with the most seconds first."""
        uppers = [*CLASSES_SECONDS[1:], None]
        found = [
            Gaps(
                cause=CAUSES[cause],
                at_least_seconds=CLASSES_SECONDS[size],
                below_seconds=uppers[size],
                count=int(self._counts[cause, size]),
                total_seconds=float(self._seconds[cause, size]),
            )
            for cause, size in np.argwhere(self._counts).tolist()
        ]
        return sorted(found, key=lambda gaps: -gaps.total_seconds)


def _causes(
    begin: Times, end: Times, launched: Times, copies: Intervals, host: HostCalls
) -> NDArray[np.intp]:
    """Return the index in CAUSES of the first cause that holds for each gap."""
    always = np.ones(len(begin), dtype=np.bool_)
    known = ~np.isnan(launched)
    holds = {
        "copy": mostly(copies, begin, end),
        "queued": known & (launched < begin),
        "allocator": known & host.allocated(begin, end),
        "synchronization": known & host.waited(begin, end),
        "host": known,
        "unknown": always,
    }
    first: NDArray[np.intp] = np.argmax(np.stack([holds[cause] for cause in CAUSES]), axis=0)
    return first
