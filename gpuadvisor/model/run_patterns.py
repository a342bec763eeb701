"""What the order of a run's events shows: bare copies, series that could be one, waits, idle ends."""

import msgspec


class RepeatedUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Copies of one size to a device, each with a kernel begun since the one before."""

    size_bytes: int
    count: int
    """The first included."""
    repeated_seconds: float
    """Of all but the first, as far as no kernel ran meanwhile."""


class CopyPatterns(msgspec.Struct, frozen=True, kw_only=True):
    """How copies and memsets lie between the kernels; seconds in which no kernel ran, over all devices."""

    exposed_seconds: float = 0.0
    """Copies of 64 KiB or more between host and device, neither pageable nor managed, from the first
    kernel of a device to its last."""
    exposed_on_kernel_streams_seconds: float = 0.0
    """Of these, the ones in streams that run kernels as well."""
    exposed_memset_seconds: float = 0.0
    """Memsets between a device's first kernel and its last."""
    small_in_series: int = 0
    """Copies of less than 64 KiB that directly follow another one of the same kind."""
    small_in_series_seconds: float = 0.0
    """What they take besides moving their bytes, as fast as the fastest copy of their kind does."""
    small_in_series_total_seconds: float = 0.0
    """What they take altogether."""
    round_trips: int = 0
    """Copies to the host that a copy of the same size to the device follows, before another kernel begins."""
    round_trip_bytes: int = 0
    """In both directions together."""
    round_trip_copy_seconds: float = 0.0
    """Of the copies alone."""
    round_trip_seconds: float = 0.0
    """From the beginning of the first copy to the end of the second."""
    repeated_uploads: list[RepeatedUpload] = []
    """Of 64 KiB or more, no round trip's way back; those with the most seconds first."""


class KernelSeries(msgspec.Struct, frozen=True, kw_only=True):
    """Small kernels of one kind that directly follow one another in a stream."""

    kind: str
    """The kernels' name without template arguments and parameters."""
    series: int
    launches: int
    kernel_seconds: float
    idle_seconds: float
    """Between the kernels of a series, as far as no other kernel ran."""


class LaunchPatterns(msgspec.Struct, frozen=True, kw_only=True):
    """How kernels were launched, and what the host did besides."""

    known: int = 0
    """Kernels of which the call that launched them is known."""
    waiting: int = 0
    """Of these, kernels of at least 10 microseconds that had ended when the call returned."""
    series: list[KernelSeries] = []
    """Those with the most seconds first."""
    allocations: int = 0
    """Calls that allocate, free or pin memory, between the first kernel and the last."""
    allocation_seconds: float = 0.0
    longest_allocation_seconds: float = 0.0
    before_first_kernel_seconds: float = 0.0
    """From the first recorded event, the host's included."""
    after_last_kernel_seconds: float = 0.0
    """To the end of the last recorded event."""
    heaviest_call: str | None = None
    """The function with the most seconds besides launches, waits, copies and allocations, the longest call of
    each left out: the first call of a process, whichever it is, prepares the GPU."""
    heaviest_call_count: int = 0
    heaviest_call_seconds: float = 0.0
    """Without the longest."""
