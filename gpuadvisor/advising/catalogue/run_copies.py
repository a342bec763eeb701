"""Facts about the copies and memsets of a run: which are bare, blocking, in series, back and forth, again."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.timeline import timeline, total_span
from gpuadvisor.advising.fact import Fact, FactGroup, FactType, Value
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.run_patterns import CopyPatterns, RepeatedUpload
from gpuadvisor.model.timeline import ApiCalls, CopyActivity, TimelineProfile

Patterned = tuple[TimelineProfile, CopyPatterns]


def _patterned(scene: Scene) -> Patterned | None:
    profile = scene.timeline
    return None if profile is None or profile.copy_patterns is None else (profile, profile.copy_patterns)


patterns = FactGroup[Patterned](
    subject="timeline",
    source="timeline",
    part=_patterned,
    provenance=lambda part: part[0].provenance,
)


def _share(seconds: Callable[[CopyPatterns], float]) -> Callable[[Patterned], float | None]:
    def share(part: Patterned) -> float | None:
        span = total_span(part[0])
        return seconds(part[1]) / span if span else None

    return share


def _pattern(
    name: str, kind: FactType, unit: str, meaning: str, read: Callable[[CopyPatterns], Value | None]
) -> Fact:
    return patterns.fact(name, kind, unit, meaning, lambda part: read(part[1]))


def _fraction(name: str, meaning: str, seconds: Callable[[CopyPatterns], float]) -> Fact:
    text = f"{meaning}; over the time from the first activity to the last"
    return patterns.fact(name, "float", "fraction", text, _share(seconds))


def _in_own_streams(found: CopyPatterns) -> float:
    return found.exposed_seconds - found.exposed_on_kernel_streams_seconds


def _heaviest(found: CopyPatterns) -> RepeatedUpload | None:
    return found.repeated_uploads[0] if found.repeated_uploads else None


def _repeated_bytes(found: CopyPatterns) -> int:
    heaviest = _heaviest(found)
    return heaviest.size_bytes if heaviest else 0


def _repeated_count(found: CopyPatterns) -> int:
    heaviest = _heaviest(found)
    return heaviest.count if heaviest else 0


def _repeated_seconds(found: CopyPatterns) -> float:
    heaviest = _heaviest(found)
    return heaviest.repeated_seconds if heaviest else 0.0


def _blocking(profile: TimelineProfile) -> list[ApiCalls] | None:
    waits = profile.synchronizations
    return None if waits is None else [each for each in waits if "Memcpy" in each.name]


def _blocking_count(profile: TimelineProfile) -> int | None:
    calls = _blocking(profile)
    return None if calls is None else sum(each.count for each in calls)


def _blocking_share(profile: TimelineProfile) -> float | None:
    """Return the waiting time of copies over all; nothing where nobody waited."""
    calls, waits = _blocking(profile), profile.synchronizations
    if calls is None or waits is None:
        return None
    total = sum(each.total_seconds for each in waits)
    return sum(each.total_seconds for each in calls) / total if total else 0.0


def _managed(profile: TimelineProfile) -> list[CopyActivity]:
    return [copy for copy in profile.copies if copy.host_memory == "managed"]


def _managed_share(profile: TimelineProfile) -> float | None:
    span = total_span(profile)
    seconds = sum(copy.total_seconds for copy in _managed(profile))
    return seconds / span if span else None


def _device_share(profile: TimelineProfile) -> float | None:
    span = total_span(profile)
    inside = sum(copy.total_seconds for copy in profile.copies if copy.kind == "device-to-device")
    return inside / span if span else None


def _memsets(profile: TimelineProfile) -> int:
    return sum(memset.count for memset in profile.memsets)


FACTS = (
    _fraction(
        "bare_copies_on_kernel_streams",
        "Copies of 64 KiB or more between host and device, neither pageable nor managed, in streams that run "
        "kernels as well, while none runs between the first and the last",
        lambda found: found.exposed_on_kernel_streams_seconds,
    ),
    _fraction(
        "bare_copies_on_own_streams", "The same in streams that run no kernels", _in_own_streams
    ),
    timeline.fact(
        "device_copies_fraction", "float", "fraction",
        "Time of copies from a GPU's memory to the same GPU's, over the time from the first activity to the "
        "last",
        _device_share,
    ),
    timeline.fact("memsets", "int", "memsets", "Times that memory of a device was set", _memsets),
    _fraction(
        "bare_memsets", "Memsets while no kernel runs between the first and the last",
        lambda found: found.exposed_memset_seconds,
    ),
    _pattern(
        "copies_in_series", "int", "copies",
        "Copies of less than 64 KiB that directly follow another one of the same kind",
        lambda found: found.small_in_series,
    ),
    _fraction(
        "copies_in_series_fraction",
        "What those take, while no kernel runs, besides moving their bytes",
        lambda found: found.small_in_series_seconds,
    ),
    _fraction(
        "copies_in_series_total", "What they take altogether, while no kernel runs",
        lambda found: found.small_in_series_total_seconds,
    ),
    _pattern(
        "round_trips", "int", "round trips",
        "Copies to the host that one of the same size to the device follows, with no kernel begun between",
        lambda found: found.round_trips,
    ),
    _pattern(
        "round_trip_bytes", "int", "bytes", "Copied by them, both ways together",
        lambda found: found.round_trip_bytes,
    ),
    _fraction(
        "round_trip_copies_fraction", "Their copies, while no kernel runs",
        lambda found: found.round_trip_copy_seconds,
    ),
    _fraction(
        "round_trip_fraction",
        "From the beginning of their first copy to the end of the second, while no kernel runs",
        lambda found: found.round_trip_seconds,
    ),
    _pattern(
        "repeated_upload_bytes", "int", "bytes",
        "The size of 64 KiB or more of which copies to the device come again after a kernel; of several, the "
        "one that takes longest",
        _repeated_bytes,
    ),
    _pattern("repeated_uploads", "int", "copies", "How many copies of that size there are", _repeated_count),
    _fraction(
        "repeated_upload_fraction", "All of those but the first, while no kernel runs", _repeated_seconds
    ),
    timeline.fact(
        "blocking_copies", "int", "calls",
        "Calls that copy and return when that is done, as cudaMemcpy; missing where no calls were recorded",
        _blocking_count,
    ),
    timeline.fact(
        "blocking_copy_share", "float", "fraction",
        "Time of those calls over that of all calls that wait for the GPU",
        _blocking_share,
    ),
    timeline.fact(
        "managed_bytes", "int", "bytes", "Managed memory that the driver moved between host and device",
        lambda profile: sum(copy.total_bytes for copy in _managed(profile)),
    ),
    timeline.fact(
        "managed_fraction", "float", "fraction",
        "Time of those moves over the time from the first activity to the last",
        _managed_share,
    ),
)  # fmt: skip
