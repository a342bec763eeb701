"""Counts, sums, medians and maxima of durations by group."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.sources.traces.columns import Table


@dataclass(frozen=True, slots=True)
class Summary:
    """The durations of one group, in seconds."""

    count: int
    total: float
    median: float
    maximum: float


def summarize(table: Table, groups: int, ticks_per_second: float) -> list[Summary]:
    """Return a summary for each group from 0 to `groups`; each has at least one row."""
    seconds = (table.end - table.start) / ticks_per_second
    ordered = seconds[np.lexsort((seconds, table.group))]
    counts = np.bincount(table.group, minlength=groups)
    after = np.cumsum(counts)
    first = after - counts
    totals = np.bincount(table.group, weights=seconds, minlength=groups)
    medians = (ordered[first + (counts - 1) // 2] + ordered[first + counts // 2]) / 2
    columns = counts, totals, medians, ordered[after - 1]
    return [Summary(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def sums(table: Table, groups: int) -> list[int]:
    """Return the sum of the numbers of each group; exact below 2 ** 53."""
    totals = np.bincount(table.group, weights=table.number.astype(np.float64), minlength=groups)
    return [int(total) for total in totals]
