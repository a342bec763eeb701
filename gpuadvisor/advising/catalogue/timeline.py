"""Facts about a whole run: how busy the GPU was, what it waited for, what was copied and launched."""

from collections.abc import Callable, Iterable
from math import inf

from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.model.timeline import (
    ApiCalls,
    CopyActivity,
    CopyKind,
    GapCause,
    KernelActivity,
    TimelineProfile,
)

SMALL_KERNEL_SECONDS = 10e-6
LONG_GAP_SECONDS = 1e-3
"""Longer than any launch takes, also in Python: the host does something else."""
SMALL_COPY = frozenset(
    f"{2**exponent} {unit}" for unit, most in (("B", 10), ("KiB", 6)) for exponent in range(most)
)
"""The size classes of copies below 64 KiB, with which the bus is far from its bandwidth."""

timeline = FactGroup[TimelineProfile](
    subject="timeline",
    source="timeline",
    part=lambda scene: scene.timeline,
    provenance=lambda profile: profile.provenance,
)


def total_span(profile: TimelineProfile) -> float | None:
    """Return the seconds from the first activity to the last, added up over the devices; None if no time."""
    return sum(device.span_seconds for device in profile.devices) or None


def _gpu_seconds(profile: TimelineProfile) -> float | None:
    total = total_span(profile)
    return None if total is None else total / len(profile.devices)


def _of_span(seconds: Callable[[TimelineProfile], float]) -> Callable[[TimelineProfile], float | None]:
    """Return the share of the devices' time; missing where no device did anything."""

    def share(profile: TimelineProfile) -> float | None:
        span = total_span(profile)
        return None if span is None else seconds(profile) / span

    return share


def _gaps(cause: GapCause, least: float = 0.0, below: float = inf) -> Callable[[TimelineProfile], float]:
    """Return the time of the gaps of a cause, of those whose sizes all lie within bounds."""
    return lambda profile: sum(
        gaps.total_seconds
        for gaps in profile.gaps
        if gaps.cause == cause and least <= gaps.at_least_seconds and (gaps.below_seconds or inf) <= below
    )


def _small(profile: TimelineProfile) -> list[KernelActivity]:
    return [kernel for kernel in profile.kernels if kernel.median_seconds < SMALL_KERNEL_SECONDS]


def _small_share(profile: TimelineProfile) -> float | None:
    launches = profile.kernel_launches
    return sum(kernel.count for kernel in _small(profile)) / launches if launches else None


def _pageable(profile: TimelineProfile) -> list[CopyActivity]:
    return [copy for copy in profile.copies if copy.host_memory == "pageable"]


def _copied(kind: CopyKind) -> Callable[[TimelineProfile], int]:
    return lambda profile: sum(copy.total_bytes for copy in profile.copies if copy.kind == kind)


def _small_copies(profile: TimelineProfile) -> int:
    counts = (copy.sizes for copy in profile.copies)
    return sum(count for sizes in counts for size, count in sizes.items() if size in SMALL_COPY)


def _calls(calls: Iterable[ApiCalls] | None) -> int | None:
    return None if calls is None else sum(each.count for each in calls)


def _waits_per_step(profile: TimelineProfile) -> float | None:
    waits = _calls(profile.synchronizations)
    return None if waits is None or profile.steps is None else waits / profile.steps.count


def _communication(profile: TimelineProfile) -> float | None:
    total = sum(kernel.total_seconds for kernel in profile.kernels)
    inside = sum(kernel.total_seconds for kernel in profile.kernels if kernel.communication)
    return inside / total if total else None


def _gap_fact(name: str, case: str, seconds: Callable[[TimelineProfile], float]) -> Fact:
    meaning = f"Time without a kernel where {case}; over the time from the first activity to the last"
    return timeline.fact(f"gaps.{name}", "float", "fraction", meaning, _of_span(seconds))


FACTS = (
    timeline.fact("source", "str", "", "The file the run was read from", lambda profile: profile.source),
    timeline.fact(
        "span_seconds", "float", "s", "From the first recorded event to the end of the last",
        lambda profile: profile.span_seconds,
    ),
    timeline.fact(
        "gpu_seconds", "float", "s",
        "From the first activity of a GPU to the last; the mean where the run has several", _gpu_seconds,
    ),
    timeline.fact(
        "busy_fraction", "float", "fraction",
        "Time in which the GPU ran anything, over the time from its first activity to its last",
        lambda profile: profile.busy_fraction,
    ),
    timeline.fact(
        "kernel_fraction", "float", "fraction", "Time in which the GPU ran kernels, over the same time",
        _of_span(lambda profile: sum(device.kernel_seconds for device in profile.devices)),
    ),
    _gap_fact("host", "the host launched late, for no reason that is known", _gaps("host")),
    _gap_fact(
        "host_short", "the host launched late by less than a millisecond, for no reason that is known",
        _gaps("host", below=LONG_GAP_SECONDS),
    ),
    _gap_fact(
        "host_long", "the host launched late by a millisecond or more, for no reason that is known",
        _gaps("host", LONG_GAP_SECONDS),
    ),
    _gap_fact(
        "synchronization", "the host launched late because it waited for the GPU", _gaps("synchronization")
    ),
    _gap_fact(
        "allocator", "the host launched late because it allocated or freed memory", _gaps("allocator")
    ),
    _gap_fact("copy", "copies and memsets filled most of the time", _gaps("copy")),
    _gap_fact("queued", "the next kernel had been launched, but did not start", _gaps("queued")),
    _gap_fact(
        "queued_short", "the next kernel had been launched, and started within a millisecond",
        _gaps("queued", below=LONG_GAP_SECONDS),
    ),
    timeline.fact(
        "kernel_launches", "int", "kernels", "Kernels that ran", lambda profile: profile.kernel_launches
    ),
    timeline.fact(
        "small_kernels", "int", "kernels",
        "Launches of kernels that take less than 10 microseconds in the median",
        lambda profile: sum(kernel.count for kernel in _small(profile)),
    ),
    timeline.fact(
        "small_kernel_share", "float", "fraction", "Those over all launches of kernels", _small_share
    ),
    timeline.fact(
        "communication_fraction", "float", "fraction",
        "Time of the kernels of collectives over that of all kernels",
        _communication,
    ),
    timeline.fact(
        "pageable_bytes", "int", "bytes", "Copied from or to pageable memory of the host",
        lambda profile: sum(copy.total_bytes for copy in _pageable(profile)),
    ),
    timeline.fact(
        "pageable_fraction", "float", "fraction", "Time of those copies, over that of the GPU's activity",
        _of_span(lambda profile: sum(copy.total_seconds for copy in _pageable(profile))),
    ),
    timeline.fact(
        "host_to_device_bytes", "int", "bytes", "Copied to the GPU", _copied("host-to-device")
    ),
    timeline.fact(
        "device_to_host_bytes", "int", "bytes", "Copied from the GPU to the host", _copied("device-to-host")
    ),
    timeline.fact(
        "copies", "int", "copies", "Copies of any kind",
        lambda profile: sum(copy.count for copy in profile.copies),
    ),
    timeline.fact("small_copies", "int", "copies", "Copies of less than 64 KiB", _small_copies),
    timeline.fact(
        "synchronizations", "int", "calls",
        "Calls that wait for the GPU; missing where no calls were recorded",
        lambda profile: _calls(profile.synchronizations),
    ),
    timeline.fact(
        "synchronizations_per_step", "float", "calls",
        "Those for each marked step of the program; missing without marks", _waits_per_step,
    ),
)  # fmt: skip
