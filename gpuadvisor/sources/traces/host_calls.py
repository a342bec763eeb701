"""What the host did: when it launched each kernel, waited and allocated; times in ticks."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.sources.traces.api_names import allocates, api_name, waits
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.intervals import Intervals, Times, union

MOST = 0.5
"""The share of a stretch of time that one cause must fill."""


class HostCalls:
    """The calls of the CUDA runtime and driver, of which `names` are the functions' names by group."""

    def __init__(self, calls: Table, names: Sequence[str]) -> None:
        self._waits = _of(calls, names, waits)
        self._allocates = _of(calls, names, allocates)
        order = np.argsort(calls.number, kind="stable")
        self._correlation, self._start, self._end = (
            calls.number[order], calls.start[order], calls.end[order],
        )  # fmt: skip

    def launched(self, correlation: NDArray[np.int64]) -> Times:
        """Return when the call with each correlation began; NaN where no call has it."""
        return self._of_call(correlation, self._start)

    def returned(self, correlation: NDArray[np.int64]) -> Times:
        """Return when the call with each correlation returned; NaN where no call has it."""
        return self._of_call(correlation, self._end)

    def waited(self, start: Times, end: Times) -> NDArray[np.bool_]:
        """Whether the host waited for the GPU when each gap began, or for most of it."""
        return self._waits.contain(start) | mostly(self._waits, start, end)

    def allocated(self, start: Times, end: Times) -> NDArray[np.bool_]:
        """Whether the host allocated or freed memory for most of each gap."""
        return mostly(self._allocates, start, end)

    def _of_call(self, correlation: NDArray[np.int64], time: Times) -> Times:
        if not len(self._correlation):
            return np.full(len(correlation), np.nan)
        found = np.minimum(np.searchsorted(self._correlation, correlation), len(self._correlation) - 1)
        known = (self._correlation[found] == correlation) & (correlation > 0)
        return np.where(known, time[found], np.nan)


def mostly(intervals: Intervals, start: Times, end: Times) -> NDArray[np.bool_]:
    """Whether the intervals cover most of each stretch of time."""
    return intervals.overlap(start, end) > MOST * (end - start)


def _of(calls: Table, names: Sequence[str], wanted: Callable[[str], bool]) -> Intervals:
    chosen = rows_of(calls, names, wanted)
    return union(calls.start[chosen], calls.end[chosen])


def rows_of(calls: Table, names: Sequence[str], wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Whether each call is of a function that is wanted by its name without version."""
    return np.array([wanted(api_name(name)) for name in names], dtype=np.bool_).take(calls.group)
