"""Unions of time intervals, as sorted arrays of starts and ends."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


class Intervals(NamedTuple):
    """Disjoint intervals in the order of time, `start[i] < end[i] < start[i + 1]`; any unit."""

    start: Times
    end: Times

    @property
    def length(self) -> float:
        """The sum of their lengths."""
        return float((self.end - self.start).sum())

    def covered_until(self, times: Times) -> Times:
        """Return how much of the time before each of `times` they cover."""
        if not len(self.start) or not len(times):
            return np.zeros(len(times))
        lengths = np.concatenate([[0.0], np.cumsum(self.end - self.start)])
        begun = np.searchsorted(self.start, times, side="right")
        left_of_last = np.maximum(self.end[begun - 1] - times, 0.0)
        covered: Times = lengths[begun] - np.where(begun > 0, left_of_last, 0.0)
        return covered

    def overlap(self, start: Times, end: Times) -> Times:
        """Return how much of each stretch of time they cover."""
        return self.covered_until(end) - self.covered_until(start)

    def clipped(self, start: float, end: float) -> "Intervals":
        """Return what of them lies between two times."""
        begins, ends = np.maximum(self.start, start), np.minimum(self.end, end)
        lasting = ends > begins
        return Intervals(begins[lasting], ends[lasting])

    def contain(self, times: Times) -> NDArray[np.bool_]:
        """Whether each of `times` lies in one of them: from its start on, before its end."""
        if not len(self.start):
            return np.zeros(len(times), dtype=np.bool_)
        before = np.searchsorted(self.start, times, side="right") - 1
        return (before >= 0) & (times < self.end[before])


def union(start: Times, end: Times) -> Intervals:
    """Return the union of intervals in any order; those without length are left out."""
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    lasting = end > start
    start, end = start[lasting], end[lasting]
    if not len(start):
        return Intervals(start, end)
    reached = np.maximum.accumulate(end)
    first = np.concatenate([[True], start[1:] > reached[:-1]])
    last = np.concatenate([first[1:], [True]])
    return Intervals(start[first], reached[last])
