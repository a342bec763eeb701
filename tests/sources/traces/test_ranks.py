"""Ranks of a run beside each other."""

from collections.abc import Sequence

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import KernelActivity, Steps, TimelineProfile
from gpuadvisor.sources.traces.ranks import compared


def rank(number: int | None, seconds: float, *, ranks: int = 3, steps: int | None = None) -> TimelineProfile:
    def kernel(name: str, total: float, *, communication: bool = False) -> KernelActivity:
        return KernelActivity(
            name=name, count=1, total_seconds=total, median_seconds=total, max_seconds=total,
            communication=communication,
        )  # fmt: skip

    marked = Steps(count=steps, total_seconds=1.0, median_seconds=1.0, max_seconds=1.0) if steps else None
    return TimelineProfile(
        tool=Tool(version="1"), provenance=Provenance.IMPORTED_KINETO, source=f"rank{number}", rank=number,
        world_size=ranks, span_seconds=9.0, steps=marked,
        kernels=[kernel("mm", seconds), kernel("nccl", 5.0, communication=True)],
    )  # fmt: skip


def medians(timelines: Sequence[TimelineProfile]) -> list[tuple[float, float] | None]:
    return [
        None if each.peers is None else (each.peers.compute_seconds, each.peers.median_compute_seconds)
        for each in compared(timelines)
    ]


def test_each_rank_knows_the_median() -> None:
    assert medians([rank(0, 1.0), rank(1, 3.0), rank(2, 2.0)]) == [(1.0, 2.0), (3.0, 2.0), (2.0, 2.0)]


def test_steps_make_recordings_of_different_length_comparable() -> None:
    assert medians([rank(0, 10.0, steps=10), rank(1, 5.0, steps=5)]) == [(1.0, 1.0), (1.0, 1.0)]


def test_one_rank_has_no_peers() -> None:
    assert medians([rank(0, 1.0)]) == [None]
    assert medians([rank(None, 1.0), rank(None, 2.0)]) == [None, None]


def test_two_recordings_of_one_rank_are_no_peers() -> None:
    assert medians([rank(0, 1.0), rank(0, 2.0)]) == [None, None]


def test_ranks_of_runs_of_different_size_are_no_peers() -> None:
    assert medians([rank(0, 1.0, ranks=2), rank(1, 2.0, ranks=4)]) == [None, None]
