"""Where a fact changed for good."""

from collections.abc import Sequence

from gpuadvisor.gating.history import Point, Series
from gpuadvisor.model.provenance import Provenance

_LEVEL = 0.001
_SMALLEST_CHANGE = 0.02
"""Of a measured time: less is not worth telling."""
_FEWEST = 5
"""Runs on each side of a change of a measured time."""


def change_points(series: Series) -> list[int]:
    """Return the positions of the first points after each change.

    An exact fact changes whenever it differs. A measured one changes where the runs before and after differ
    by Mann and Whitney's test, at the most significant place first (binary segmentation).
    """
    if series.provenance is not Provenance.MEASURED:
        pairs = zip(series.points, series.points[1:], strict=False)
        return [position for position, (old, new) in enumerate(pairs, start=1) if old.value != new.value]
    return sorted(_segment(_times(series.points), 0))


def _times(points: Sequence[Point]) -> list[float]:
    return [float(point.value) for point in points if isinstance(point.value, int | float)]


def _segment(times: Sequence[float], start: int) -> list[int]:
    places = range(_FEWEST, len(times) - _FEWEST + 1)
    if not places:
        return []
    levels = {place: _level(times[:place], times[place:]) for place in places}
    best = min(places, key=lambda place: levels[place])
    # Every place was tried: each is held to its share of the level.
    if levels[best] > _LEVEL / len(places) or not _is_large(times[:best], times[best:]):
        return []
    return [start + best, *_segment(times[:best], start), *_segment(times[best:], start + best)]


def _level(before: Sequence[float], after: Sequence[float]) -> float:
    # Heavy, and only times need it.
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(before, after).pvalue)


def _is_large(before: Sequence[float], after: Sequence[float]) -> bool:
    old, new = sorted(before)[len(before) // 2], sorted(after)[len(after) // 2]
    return abs(new - old) > _SMALLEST_CHANGE * old
