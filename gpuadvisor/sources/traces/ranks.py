"""The ranks of one run beside each other."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

import msgspec

from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.model.workload import Peers


def compared(timelines: Sequence[TimelineProfile]) -> list[TimelineProfile]:
    """Return the profiles; each of several ranks of a run also tells how it stands among them.

    Ranks belong together if they say the same number of ranks, and no rank is there twice.
    """
    runs: defaultdict[int | None, list[TimelineProfile]] = defaultdict(list)
    for timeline in timelines:
        if timeline.rank is not None:
            runs[timeline.world_size].append(timeline)
    typical = {
        size: median(compute_seconds(each) for each in ranks)
        for size, ranks in runs.items()
        if len({each.rank for each in ranks}) == len(ranks) > 1
    }
    return [
        msgspec.structs.replace(
            timeline,
            peers=Peers(
                ranks=len(runs[timeline.world_size]),
                compute_seconds=compute_seconds(timeline),
                median_compute_seconds=typical[timeline.world_size],
            ),
        )
        if timeline.rank is not None and timeline.world_size in typical
        else timeline
        for timeline in timelines
    ]


def compute_seconds(timeline: TimelineProfile) -> float:
    """Return the seconds of kernels besides collectives, for each step where steps are marked."""
    total = sum(kernel.total_seconds for kernel in timeline.kernels if not kernel.communication)
    return total / timeline.steps.count if timeline.steps is not None else total
