"""Facts about collectives in a run, and about one rank among the others."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.operators import gpu_span, host_workload, per_step
from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Collectives, Communication, Peers


def _communication(profile: TimelineProfile) -> Communication:
    found = None if profile.workload is None else profile.workload.communication
    return Communication() if found is None else found


def _exposed(profile: TimelineProfile) -> float | None:
    span = gpu_span(profile)
    return None if span is None else _communication(profile).exposed_seconds / span


def _overlap(profile: TimelineProfile) -> float | None:
    found = _communication(profile)
    return 1 - found.exposed_seconds / found.seconds if found.seconds else None


def _collectives(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    return None if work is None else per_step(profile, sum(each.count for each in _sized(profile)))


def _small_share(profile: TimelineProfile) -> float | None:
    total = sum(each.count for each in _sized(profile))
    return sum(each.small_count for each in _sized(profile)) / total if total else None


def _backend(profile: TimelineProfile) -> str | None:
    found = _communication(profile)
    alone = not found.seconds and not found.collectives and (profile.world_size or 1) == 1
    return "none" if found.backend is None and alone else found.backend


def _sized(profile: TimelineProfile) -> list[Collectives]:
    return _communication(profile).collectives


def _of_peers(read: Callable[[Peers], float]) -> Callable[[TimelineProfile], float | None]:
    return lambda profile: None if profile.peers is None else read(profile.peers)


def _ratio(peers: Peers) -> float:
    median = peers.median_compute_seconds
    return peers.compute_seconds / median if median else 1.0


FACTS = (
    timeline.fact(
        "communication.exposed_fraction", "float", "fraction",
        "Time in which a GPU ran kernels of collectives and no other, over the time from its first activity "
        "to its last",
        _exposed,
    ),
    timeline.fact(
        "communication.overlap", "float", "fraction",
        "Share of the time of collectives in which other kernels ran; missing where none ran", _overlap,
    ),
    timeline.fact(
        "communication.backend", "str", "",
        "The library of the collectives: `nccl`, `gloo`; `none` in a run of one process without collectives",
        _backend,
    ),
    timeline.fact(
        "communication.calls", "float", "calls", "Collectives of known size in each step", _collectives
    ),
    timeline.fact(
        "communication.small_share", "float", "fraction",
        "Collectives of less than a mebibyte, over all of known size; missing where there are none",
        _small_share,
    ),
    timeline.fact(
        "ranks", "int", "ranks", "Ranks of the run that were read together; 1 for one alone",
        lambda profile: 1 if profile.peers is None else profile.peers.ranks,
    ),
    timeline.fact(
        "compute_ratio", "float", "",
        "Time of this rank's kernels besides collectives, over the median rank's; missing for one alone",
        _of_peers(_ratio),
    ),
)  # fmt: skip
