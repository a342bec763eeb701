"""Numbers taken from what a kernel wrote about its own run."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.probing.correctness import Output
from gpuadvisor.probing.declaration import ReadingDeclaration


def read(readings: Sequence[ReadingDeclaration], outputs: Mapping[str, Output]) -> dict[str, float]:
    """Return the readings by name."""
    return {
        reading.name: _reduce(reading.reduce, [outputs[name] for name in reading.buffers])
        for reading in readings
    }


def _reduce(how: str, arrays: Sequence[Output]) -> float:
    if how == "mean":
        return float(arrays[0].astype(np.float64).mean())
    places, starts, ends = (array.astype(np.int64) for array in arrays)
    reduce = mean_overlap if how == "mean_overlap" else peak_overlap
    return reduce(places, starts, ends)


def mean_overlap(places: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> float:
    """Return how many intervals of one place overlap on average, from its first start to its last end.

    The mean over all places, each by its own clock.
    """
    means = []
    for place in np.unique(places):
        here = places == place
        span = ends[here].max() - starts[here].min()
        means.append((ends[here] - starts[here]).sum() / max(span, 1))
    return float(np.mean(means))


def peak_overlap(places: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> float:
    """Return the most intervals of one place that overlap at one time; the median over all places."""
    peaks = [_peak(starts[places == place], ends[places == place]) for place in np.unique(places)]
    return float(np.median(peaks))


def _peak(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    times = np.concatenate([ends, starts])
    steps = np.concatenate([np.full(ends.size, -1), np.full(starts.size, 1)])
    order = np.argsort(times, kind="stable")  # at equal times an end comes before a start
    return int(np.cumsum(steps[order]).max())
