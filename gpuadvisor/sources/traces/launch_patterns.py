"""How kernels were launched, and what the host did besides."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpuadvisor.model.run_patterns import LaunchPatterns
from gpuadvisor.model.timeline import ApiCalls
from gpuadvisor.sources.traces.api_names import allocates, launches, moves, waits
from gpuadvisor.sources.traces.columns import Table
from gpuadvisor.sources.traces.device_tables import DeviceTables
from gpuadvisor.sources.traces.host_calls import HostCalls, rows_of
from gpuadvisor.sources.traces.kernel_series import kernel_series
from gpuadvisor.sources.traces.recording import Recording

LONG_SECONDS = 10e-6
"""A kernel as short as a launch may be over when the call returns, though nobody waited."""


def launch_patterns(
    recording: Recording,
    devices: Mapping[int, DeviceTables],
    host: HostCalls,
    calls: Sequence[ApiCalls],
    extent: tuple[float, float],
) -> LaunchPatterns | None:
    """Return the patterns of all devices together, None without kernels.

    `extent` is when the recording begins and ends.
    """
    if not len(recording.kernels):
        return None
    kernels, second = recording.kernels.table(), recording.ticks_per_second
    first, last = float(kernels.start.min()), float(kernels.end.max())
    returned = host.returned(kernels.number)
    waited = (returned >= kernels.end) & (kernels.end - kernels.start >= LONG_SECONDS * second)
    allocating = _between(recording, first, last)
    heaviest = max((each for each in calls if not _explained(each.name)), key=_repeated, default=None)
    return LaunchPatterns(
        known=int(np.count_nonzero(~np.isnan(returned))),
        waiting=int(np.count_nonzero(waited)),
        series=kernel_series(devices.values(), recording.kernel_groups.keys(), second),
        allocations=len(allocating.start),
        allocation_seconds=float((allocating.end - allocating.start).sum()) / second,
        longest_allocation_seconds=float((allocating.end - allocating.start).max(initial=0.0)) / second,
        before_first_kernel_seconds=max(first - extent[0], 0.0) / second,
        after_last_kernel_seconds=max(extent[1] - last, 0.0) / second,
        heaviest_call=heaviest.name if heaviest else None,
        heaviest_call_count=heaviest.count if heaviest else 0,
        heaviest_call_seconds=_repeated(heaviest) if heaviest else 0.0,
    )


def _between(recording: Recording, first: float, last: float) -> Table:
    """Return the calls that allocate or free memory, between two times."""
    calls = recording.calls.table()
    chosen = rows_of(calls, recording.call_names.keys(), allocates)
    return calls.at(chosen & (calls.start >= first) & (calls.start < last))


def _repeated(calls: ApiCalls) -> float:
    return calls.total_seconds - calls.max_seconds


def _explained(name: str) -> bool:
    """Whether other facts speak of a function."""
    return any(explains(name) for explains in (launches, waits, moves, allocates))
