"""Which batch size to use: the smallest that is nearly as fast as any, with room left in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from gpuadvisor.live.batches.contest import Contest
from gpuadvisor.model.batches import BatchPoint, Interval
from gpuadvisor.reporting.numbers import byte_size, percent, plain

NEAR = 0.95
"""A throughput is near the best if its median is at least this share of the best one's..."""
SURELY_NEAR = 0.90
"""...and the low end of its interval at least this share of the best one's median."""
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
    contest: Contest = lambda *_: None,
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
    knee = next(
        point
        for point, rate in rates
        if point is best
        or _is_near(rate, best_rate)
        or (rate.high >= NEAR * best_rate.median and (contest(point.batch, best.batch) or 0.0) >= NEAR)
    )
    roomy = [point for point, _ in rates if _has_room(point, capacity_bytes) and point.batch <= knee.batch]
    chosen = max(roomy, key=lambda point: point.batch, default=None)
    return Choice(
        best=best.batch,
        knee=knee.batch,
        recommended=(chosen or knee).batch,
        reason=_reason(chosen, knee, rates, capacity_bytes, smallest_unfit),
    )


def _is_near(rate: Interval, best: Interval) -> bool:
    return rate.median >= NEAR * best.median and rate.low >= SURELY_NEAR * best.median


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
    return f"the smallest within {percent(1 - NEAR)} of the best throughput, {plain(round(best))} samples/s"
