"""Series of small kernels of one kind, which could be one kernel."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.run_patterns import KernelSeries
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.device_tables import DeviceTables
from gpuadvisor.sources.traces.groups import KernelGroup, Numbering
from gpuadvisor.sources.traces.intervals import Intervals
from gpuadvisor.sources.traces.text import visible

SMALL_SECONDS = 10e-6
"""A kernel that takes less is over about when the next one can be launched."""
CLOSE_SECONDS = 100e-6
"""A kernel that begins later than that after another is not one of its series."""
SHORTEST = 3
"""Kernels of a series at least."""
MOST_KINDS = 8
_ANONYMOUS = re.compile(r"\(anonymous namespace\)|<unnamed>")
_ENDS = re.compile(r"[<(]")


def kernel_series(
    devices: Iterable[DeviceTables], groups: Sequence[KernelGroup], ticks_per_second: float
) -> list[KernelSeries]:
    """Return the series by kind of kernel, those with the most seconds first."""
    kinds: Numbering[str] = Numbering()
    kind_of_group = np.array([kinds.number(kind(group.name)) for group in groups], dtype=np.int64)
    sums = np.zeros((4, len(kinds.keys())))
    for device in devices:
        sums += _of_device(device, kind_of_group, len(kinds.keys()), ticks_per_second)
    found = [
        KernelSeries(
            kind=visible(name),
            series=round(series),
            launches=round(count),
            kernel_seconds=seconds,
            idle_seconds=idle,
        )
        for name, series, count, seconds, idle in zip(kinds.keys(), *sums.tolist(), strict=True)
        if series
    ]
    return sorted(found, key=lambda each: -(each.kernel_seconds + each.idle_seconds))[:MOST_KINDS]


def kind(name: str) -> str:
    """Return a kernel's name without `void`, template arguments and parameters."""
    plain = _ANONYMOUS.sub("{anonymous}", name.removeprefix("void "))
    return _ENDS.split(plain, maxsplit=1)[0] or name


def _of_device(
    device: DeviceTables, kind_of_group: NDArray[np.int64], kinds: int, second: float
) -> NDArray[np.float64]:
    """Return series, launches, seconds of kernels and idle seconds, each by kind."""
    kernels = device.kernels
    if np.any(kernels.lane[1:] != kernels.lane[:-1]):
        kernels = kernels.at(np.argsort(kernels.lane, kind="stable"))
    kinds_of = kind_of_group.take(kernels.group)
    follows = _follows(kernels, kinds_of, second)
    first, last = _bounds(follows)
    count = last - first
    long_enough = count >= SHORTEST
    first, last, count = first[long_enough], last[long_enough], count[long_enough]
    lasting = np.concatenate([[0.0], np.cumsum(kernels.end - kernels.start)]) / second
    idle = _idle(kernels, follows, device.running()) / second
    which = kinds_of[first]
    columns = np.ones(len(first)), count, lasting[last] - lasting[first], idle[last] - idle[first + 1]
    return np.stack([np.bincount(which, weights=column, minlength=kinds) for column in columns])


def _follows(kernels: Table, kinds: NDArray[np.int64], second: float) -> NDArray[np.bool_]:
    """Whether each kernel directly follows a small one of its kind, and is small itself."""
    small = kernels.end - kernels.start < SMALL_SECONDS * second
    near = kernels.start[1:] - kernels.end[:-1] <= CLOSE_SECONDS * second
    alike = (kinds[1:] == kinds[:-1]) & (kernels.lane[1:] == kernels.lane[:-1])
    follows = np.zeros(len(kinds), dtype=np.bool_)
    follows[1:] = small[1:] & small[:-1] & near & alike
    return follows


def _bounds(follows: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each series begins, and the row after its end."""
    first = np.flatnonzero(~follows)
    return first, np.append(first, len(follows))[1:]


def _idle(kernels: Table, follows: NDArray[np.bool_], running: Intervals) -> NDArray[np.float64]:
    """Return how long nothing ran before each kernel within its series, added up to each row."""
    rows = np.flatnonzero(follows)
    begin = kernels.end[rows - 1]
    end = np.maximum(kernels.start[rows], begin)
    idle = np.zeros(len(follows) + 1)
    idle[rows + 1] = end - begin - running.overlap(begin, end)
    return np.cumsum(idle)
