"""Copies that follow one another in a way that tells something: small series, round trips, uploads again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.run_patterns import RepeatedUpload
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.intervals import Intervals

SMALL_BYTES = 64 * 1024
"""Smaller copies are far from the bandwidth of the bus."""
CLOSE_SECONDS = 50e-6
"""A copy that begins later than that after another is not one of its series."""


class OrderedCopies:
    """The copies of one device in the order of time, and the kernels between them."""

    def __init__(self, copies: Table, kernels: Table, running: Intervals) -> None:
        self.copies = copies
        self._running = running
        self.kernels_begun = np.searchsorted(kernels.start, copies.start)
        """How many kernels began before each copy."""
        self.uninterrupted = self.kernels_begun[1:] == self.kernels_begun[:-1]
        """Whether no kernel began between each copy and the next."""

    def bare(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much of each stretch of time no kernel ran."""
        bare: NDArray[np.float64] = end - start - self._running.overlap(start, end)
        return bare


@dataclass(frozen=True, slots=True)
class Found:
    """How many were found, their bytes, and their ticks: of the copies themselves, and altogether."""

    count: int
    size_bytes: int
    copy_ticks: float
    ticks: float


def small_series(ordered: OrderedCopies, close_ticks: float) -> Found:
    """Return the small copies that directly follow one of their kind; `copy_ticks` leave out moving bytes."""
    copies = ordered.copies
    small = copies.number < SMALL_BYTES
    near = copies.start[1:] - copies.end[:-1] <= close_ticks
    alike = (copies.group[1:] == copies.group[:-1]) & small[1:] & small[:-1]
    rows = np.flatnonzero(ordered.uninterrupted & near & alike) + 1
    ticks = ordered.bare(copies.end[rows - 1], np.maximum(copies.end[rows], copies.end[rows - 1]))
    least = copies.number[rows] / _fastest(copies)[copies.group[rows]] if len(rows) else 0.0
    saved = np.maximum(ticks - least, 0.0)
    return Found(len(rows), int(copies.number[rows].sum()), float(saved.sum()), float(ticks.sum()))


def _fastest(copies: Table) -> NDArray[np.float64]:
    """Return the highest bandwidth that a copy of each group reaches, in bytes per tick."""
    lasting = np.maximum(copies.end - copies.start, np.finfo(np.float64).tiny)
    best = np.zeros(int(copies.group.max()) + 1)
    np.maximum.at(best, copies.group, np.maximum(copies.number, 1) / lasting)
    return best


def ways_out(
    ordered: OrderedCopies, to_host: NDArray[np.bool_], to_device: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the copies to the host that one of as many bytes to the device follows, the way back."""
    copies = ordered.copies
    back = to_host.take(copies.group[:-1]) & to_device.take(copies.group[1:])
    same = copies.number[1:] == copies.number[:-1]
    return np.flatnonzero(ordered.uninterrupted & back & same & (copies.start[1:] >= copies.end[:-1]))


def round_trips(ordered: OrderedCopies, first: NDArray[np.intp]) -> Found:
    """Return how many round trips begin with these copies, and what they take."""
    copies = ordered.copies
    ticks = ordered.bare(copies.start[first], copies.end[first + 1])
    between = ordered.bare(copies.end[first], copies.start[first + 1])
    total = float(ticks.sum())
    return Found(len(first), 2 * int(copies.number[first].sum()), total - float(between.sum()), total)


def repeated_uploads(
    ordered: OrderedCopies, uploads: NDArray[np.bool_], ticks_per_second: float
) -> list[RepeatedUpload]:
    """Return the sizes of which these copies to the device come again after a kernel."""
    rows = np.flatnonzero(uploads & (ordered.copies.number >= SMALL_BYTES))
    rows = rows[np.argsort(ordered.copies.number[rows], kind="stable")]
    sizes, begun = ordered.copies.number[rows], ordered.kernels_begun[rows]
    again = np.concatenate([[False], (sizes[1:] == sizes[:-1]) & (begun[1:] > begun[:-1])])[: len(rows)]
    rows, sizes = rows[again], sizes[again]
    seconds = ordered.bare(ordered.copies.start[rows], ordered.copies.end[rows]) / ticks_per_second
    distinct, which, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    totals = np.bincount(which, weights=seconds, minlength=len(distinct))
    found = zip(distinct.tolist(), counts.tolist(), totals.tolist(), strict=True)
    return [
        RepeatedUpload(size_bytes=size, count=count + 1, repeated_seconds=total)
        for size, count, total in found
    ]
