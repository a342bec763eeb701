"""The times between kernels, and what the recorded events say of their cause."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.timeline import GapCause, Gaps
from gpuadvisor.sources.traces.api_names import allocates, api_name, waits
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.intervals import Intervals, Times, union

CLASSES_SECONDS = (0.0, 10e-6, 100e-6, 1e-3, 10e-3)
"""Where each size class begins; the last has no end."""
CAUSES: tuple[GapCause, ...] = ("copy", "queued", "allocator", "synchronization", "host", "unknown")
MOST = 0.5
"""The share of a gap that one cause must fill."""


class HostCalls:
    """What the host did: when it launched each kernel, waited and allocated; times in ticks."""

    def __init__(self, calls: Table, names: Sequence[str]) -> None:
        plain = [api_name(name) for name in names]
        self._waits = _of(calls, [waits(name) for name in plain])
        self._allocates = _of(calls, [allocates(name) for name in plain])
        order = np.argsort(calls.number, kind="stable")
        self._correlation, self._start = calls.number[order], calls.start[order]

    def launched(self, correlation: NDArray[np.int64]) -> Times:
        """Return when the call with each correlation began; NaN where no call has it."""
        if not len(self._correlation):
            return np.full(len(correlation), np.nan)
        found = np.minimum(np.searchsorted(self._correlation, correlation), len(self._correlation) - 1)
        known = (self._correlation[found] == correlation) & (correlation > 0)
        return np.where(known, self._start[found], np.nan)

    def waited(self, start: Times, end: Times) -> NDArray[np.bool_]:
        """Whether the host waited for the GPU when each gap began, or for most of it."""
        return self._waits.contain(start) | _mostly(self._waits, start, end)

    def allocated(self, start: Times, end: Times) -> NDArray[np.bool_]:
        """Whether the host allocated or freed memory for most of each gap."""
        return _mostly(self._allocates, start, end)


class FoundGaps:
    """Gaps of all devices together, counted by cause and size class."""

    def __init__(self, ticks_per_second: float) -> None:
        self._ticks_per_second = ticks_per_second
        shape = len(CAUSES), len(CLASSES_SECONDS)
        self._counts = np.zeros(shape, dtype=np.int64)
        self._seconds = np.zeros(shape)

    def add(self, kernels: Table, copies: Intervals, host: HostCalls) -> None:
        """Count the gaps of one device; `copies` are the times in which it copied or set memory."""
        order = np.argsort(kernels.start, kind="stable")
        start, correlation = kernels.start[order], kernels.number[order]
        reached = np.maximum.accumulate(kernels.end[order])
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
        "copy": _mostly(copies, begin, end),
        "queued": known & (launched < begin),
        "allocator": known & host.allocated(begin, end),
        "synchronization": known & host.waited(begin, end),
        "host": known,
        "unknown": always,
    }
    first: NDArray[np.intp] = np.argmax(np.stack([holds[cause] for cause in CAUSES]), axis=0)
    return first


def _of(calls: Table, wanted: Sequence[bool]) -> Intervals:
    chosen = np.array(wanted, dtype=np.bool_)[calls.group] if len(wanted) else np.zeros(0, dtype=np.bool_)
    return union(calls.start[chosen], calls.end[chosen])


def _mostly(intervals: Intervals, start: Times, end: Times) -> NDArray[np.bool_]:
    return intervals.covered_until(end) - intervals.covered_until(start) > MOST * (end - start)
