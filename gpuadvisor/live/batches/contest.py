"""Two batch sizes measured in turns: what the machine does meanwhile befalls both alike."""

from collections.abc import Callable
from statistics import median

from gpuadvisor.live.batches.child import Answer

ROUNDS = 3
"""Of each batch; the median of the ratios stands one round that something disturbed."""
MOST = 4
"""Batches that are set against the best one in a sweep."""

Contest = Callable[[int, int], float | None]


def undecided(batch: int, best: int) -> float | None:  # noqa: ARG001 - a Contest
    """Tell nothing: what the intervals leave open stays so."""
    return None


def contests(measure: Callable[[int], Answer], progress: Callable[[int], None] = lambda _: None) -> Contest:
    """Return what tells the throughput of one batch as a share of another's; None when it has told enough."""
    left = MOST

    def ratio(batch: int, best: int) -> float | None:
        nonlocal left
        if not left:
            return None
        left -= 1
        rounds = [_ratio(batch, best, measure, progress) for _ in range(ROUNDS)]
        known = [each for each in rounds if each is not None]
        return median(known) if len(known) == ROUNDS else None

    return ratio


def _ratio(
    batch: int, best: int, measure: Callable[[int], Answer], progress: Callable[[int], None]
) -> float | None:
    rates = []
    for each in (batch, best):
        progress(each)
        rate = measure(each).point.samples_per_second
        if rate is None:
            return None
        rates.append(rate.median)
    return rates[0] / rates[1]
