"""Facts about the launches of a run: waits, series of small kernels, narrow kernels, devices, idle ends."""

from collections.abc import Callable, Iterator
from math import prod

from gpuadvisor.advising.catalogue.timeline import SMALL_KERNEL_SECONDS, timeline, total_span
from gpuadvisor.advising.fact import Fact, FactGroup, FactType, Value
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.run_patterns import KernelSeries, LaunchPatterns
from gpuadvisor.model.timeline import TimelineProfile

Patterned = tuple[TimelineProfile, LaunchPatterns]
NARROW = 0.5
"""A kernel with at most that many blocks for each multiprocessor leaves room for another like it."""


def _patterned(scene: Scene) -> Patterned | None:
    profile = scene.timeline
    return None if profile is None or profile.launch_patterns is None else (profile, profile.launch_patterns)


patterns = FactGroup[Patterned](
    subject="timeline", source="timeline", part=_patterned, provenance=lambda part: part[0].provenance
)


def _pattern(
    name: str, kind: FactType, unit: str, meaning: str, read: Callable[[LaunchPatterns], Value | None]
) -> Fact:
    return patterns.fact(name, kind, unit, meaning, lambda part: read(part[1]))


def _of_gpu(name: str, meaning: str, seconds: Callable[[LaunchPatterns], float]) -> Fact:
    def share(part: Patterned) -> float | None:
        span = total_span(part[0])
        return None if span is None else seconds(part[1]) / span

    text = f"{meaning}; over the time from the first activity to the last"
    return patterns.fact(name, "float", "fraction", text, share)


def _of_run(name: str, meaning: str, seconds: Callable[[LaunchPatterns], float]) -> Fact:
    def share(part: Patterned) -> float | None:
        span = part[0].span_seconds
        return seconds(part[1]) / span if span > 0 else None

    return patterns.fact(name, "float", "fraction", f"{meaning}; over the whole run", share)


def _waiting(found: LaunchPatterns) -> float | None:
    return found.waiting / found.known if found.known else None


def _over_series(read: Callable[[KernelSeries], float]) -> Callable[[LaunchPatterns], float]:
    return lambda found: sum(read(each) for each in found.series)


def _narrow(profile: TimelineProfile) -> Iterator[tuple[float, float]]:
    """Yield seconds and blocks for each multiprocessor of kernels that leave half of them idle, but last."""
    widths = {device.multiprocessors for device in profile.devices}
    width = next(iter(widths)) if len(widths) == 1 else None
    for kernel in profile.kernels:
        if not width or kernel.grid is None or kernel.communication:
            continue
        filled = prod(kernel.grid) / width
        if filled <= NARROW and kernel.median_seconds >= SMALL_KERNEL_SECONDS:
            yield kernel.total_seconds, filled


def _shapes_known(profile: TimelineProfile) -> bool:
    widths = {device.multiprocessors for device in profile.devices}
    return widths.isdisjoint({None, 0}) and any(kernel.grid is not None for kernel in profile.kernels)


def _narrow_share(weight: Callable[[float], float]) -> Callable[[TimelineProfile], float | None]:
    def share(profile: TimelineProfile) -> float | None:
        span = total_span(profile)
        if span is None or not _shapes_known(profile):
            return None
        return sum(seconds * weight(filled) for seconds, filled in _narrow(profile)) / span

    return share


def _streams(profile: TimelineProfile) -> int | None:
    """Return the most streams of one device that run kernels."""
    devices = [stream.device for stream in profile.streams if stream.kernels]
    return max((devices.count(device) for device in set(devices)), default=None)


def _uneven(profile: TimelineProfile) -> float | None:
    """Return what the device with most to do does beyond the mean, over the mean of the devices' times."""
    busy = [
        device.kernel_seconds if device.compute_seconds is None else device.compute_seconds
        for device in profile.devices
    ]
    span = total_span(profile)
    if span is None or not busy:
        return None
    return (max(busy) - sum(busy) / len(busy)) / (span / len(busy))


FACTS = (
    _pattern(
        "waiting_launch_share", "float", "fraction",
        "Kernels of at least 10 microseconds that had ended when the call that launched them returned, over "
        "all kernels of which that call is known",
        _waiting,
    ),
    _pattern(
        "series_kind", "str", "",
        "The name, without template arguments, of the small kernels whose series take longest; missing if "
        "there are none",
        lambda found: found.series[0].kind if found.series else None,
    ),
    _pattern(
        "series_launches", "int", "kernels",
        "Kernels of less than 10 microseconds in a row with others of their kind, at least three",
        lambda found: sum(each.launches for each in found.series),
    ),
    _pattern(
        "series", "int", "series", "Such rows", lambda found: sum(each.series for each in found.series)
    ),
    _of_gpu(
        "series_kernels_fraction", "Time of those kernels", _over_series(lambda each: each.kernel_seconds)
    ),
    _of_gpu(
        "series_idle_fraction", "Time between them in which no kernel runs",
        _over_series(lambda each: each.idle_seconds),
    ),
    _pattern(
        "allocations", "int", "calls",
        "Calls that allocate, free or pin memory between the first kernel and the last",
        lambda found: found.allocations,
    ),
    _of_gpu(
        "longest_allocation", "Time of the longest of those calls",
        lambda found: found.longest_allocation_seconds,
    ),
    _of_run(
        "before_first_kernel", "Time from the first recorded event to the first kernel",
        lambda found: found.before_first_kernel_seconds,
    ),
    _of_run(
        "after_last_kernel", "Time from the end of the last kernel to that of the last recorded event",
        lambda found: found.after_last_kernel_seconds,
    ),
    _pattern(
        "heaviest_call", "str", "",
        "The function of the CUDA runtime or driver that takes longest, besides launches, waits, copies and "
        "allocations; missing if there is none",
        lambda found: found.heaviest_call,
    ),
    _pattern(
        "heaviest_call_count", "int", "calls", "How often it is called",
        lambda found: found.heaviest_call_count,
    ),
    _of_run(
        "heaviest_call_fraction",
        "Time of its calls on all threads, without the longest: the first call of a process prepares the GPU",
        lambda found: found.heaviest_call_seconds,
    ),
    timeline.fact(
        "kernel_streams", "int", "streams", "The most streams of one device that run kernels", _streams
    ),
    timeline.fact(
        "narrow_kernels_fraction", "float", "fraction",
        "Time of kernels of at least 10 microseconds with at most one block for two multiprocessors; over "
        "the time from the first activity to the last",
        _narrow_share(lambda _: 1.0),
    ),
    timeline.fact(
        "narrow_kernels_idle", "float", "fraction",
        "The same, weighted with the share of the multiprocessors that have no block",
        _narrow_share(lambda filled: 1 - filled),
    ),
    timeline.fact(
        "device_count", "int", "devices", "GPUs that did anything", lambda profile: len(profile.devices)
    ),
    timeline.fact(
        "uneven_fraction", "float", "fraction",
        "Time with kernels, those of collectives left out, of the device with most of it beyond the mean of "
        "the devices; over the mean time from a device's first activity to its last",
        _uneven,
    ),
)  # fmt: skip
