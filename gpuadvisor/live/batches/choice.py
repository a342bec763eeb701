"""Which batch size to use: the smallest that is nearly as fast as any, with room left in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from gpuadvisor.live.batches.contest import Contest, undecided
from gpuadvisor.model.batches import BatchPoint, Interval
from gpuadvisor.reporting.numbers import byte_size, percent, plain

NEAR = 0.95
"""A throughput is near the best if its median is at least this share of the best one's..."""
SURELY_NEAR = 0.90
"""...and the low end of its interval at least this share of the best one's median."""
DISTURBED = 0.10
"""The width of the best one's interval, as a share of its median, from which other work is at play."""
HEADROOM = 0.90
"""The share of the memory that a recommended batch may take: validation, fragmentation and other inputs need
the rest."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The batch sizes that matter, and why one of them is recommended."""

    best: int | None = None
    knee: int | None = None
    recommended: int | None = None
    reason: str


def choose(
    points: Sequence[BatchPoint],
    capacity_bytes: int | None,
    smallest_unfit: int | None,
    contest: Contest = undecided,
) -> Choice:
    """Choose among the points that were measured; `capacity_bytes` is the memory there is, if known.

    A batch whose interval leaves open whether it is near the best one is measured in turns with that.
    """
    rates = [
        (point, point.samples_per_second)
        for point in sorted(points, key=lambda point: point.batch)
        if point.outcome == "measured" and point.samples_per_second is not None
    ]
    if not rates:
        return Choice(reason="no batch size could be measured")
    best, best_rate = max(rates, key=lambda item: item[1].median)
    knee, in_turns = _knee(rates, best, best_rate, contest)
    roomy = [point for point, _ in rates if _has_room(point, capacity_bytes) and point.batch <= knee.batch]
    chosen = max(roomy, key=lambda point: point.batch, default=None)
    return Choice(
        best=best.batch,
        knee=knee.batch,
        recommended=(chosen or knee).batch,
        reason=(in_turns if chosen is knee else None)
        or _reason(chosen, knee, rates, capacity_bytes, smallest_unfit),
    )


def _knee(
    rates: Sequence[tuple[BatchPoint, Interval]], best: BatchPoint, best_rate: Interval, contest: Contest
) -> tuple[BatchPoint, str | None]:
    """Return the smallest near the best; if it is that only in turns with the best, in words.

    Among those that may be near it is found by halving.
    """
    near = next(point for point, rate in rates if point is best or _is_near(rate, best_rate))
    open_ones = [point for point, rate in rates if point.batch < near.batch and _may_be_near(rate, best_rate)]
    knee, words = near, None
    low, high = 0, len(open_ones)
    while low < high:
        middle = (low + high) // 2
        share = contest(open_ones[middle].batch, best.batch) or 0.0
        if share >= NEAR:
            high, knee = middle, open_ones[middle]
            words = (
                f"in turns with the fastest, {best.batch}, it has {percent(share)} of that one's throughput"
            )
        else:
            low = middle + 1
    return knee, words


def _is_near(rate: Interval, best: Interval) -> bool:
    return rate.median >= NEAR * best.median and rate.low >= SURELY_NEAR * best.median


def _may_be_near(rate: Interval, best: Interval) -> bool:
    """Whether the interval reaches near the best; on a machine that is disturbed, half of that will do."""
    disturbed = best.high - best.low > DISTURBED * best.median
    return rate.high >= NEAR * best.median or (disturbed and rate.median >= best.median / 2)


def _has_room(point: BatchPoint, capacity_bytes: int | None) -> bool:
    peak = point.peak_memory_bytes
    return capacity_bytes is None or peak is None or peak <= HEADROOM * capacity_bytes


def _reason(
    chosen: BatchPoint | None,
    knee: BatchPoint,
    rates: Sequence[tuple[BatchPoint, Interval]],
    capacity_bytes: int | None,
    smallest_unfit: int | None,
) -> str:
    best = max(rate.median for _, rate in rates)
    if chosen is None:
        return (
            f"it runs, but takes over {percent(HEADROOM)} of the memory, as every batch does that was tried"
        )
    if chosen is not knee:
        taken = byte_size(knee.peak_memory_bytes or 0)
        return (
            f"the largest up to the knee at {knee.batch} that leaves a tenth of the memory free: "
            f"{knee.batch} takes {taken} of {byte_size(capacity_bytes or 0)}"
        )
    if knee is rates[-1][0] and len(rates) > 1:
        end = "memory ends" if smallest_unfit is not None else "the sweep ends"
        return f"the fastest: the throughput still grows where {end}"
    near = f"within {percent(1 - NEAR)} of"
    if (knee, best) in [(point, rate.median) for point, rate in rates]:
        return f"the fastest, {plain(round(best))} samples/s: no smaller one is {near} it"
    return f"the smallest {near} the best throughput, {plain(round(best))} samples/s"
