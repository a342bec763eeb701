"""The plateaus of a curve, and the steps between them.

A curve over a working set is level as long as the set fits a cache, then passes to the level of the next one,
at once or over several points as fewer and fewer accesses hit. So the logarithms of its values are cut into
segments, each level or a straight line over the logarithm of the position, such that the squared errors over
the noise's variance plus a penalty for every parameter is the least of all possible cuts: optimal
partitioning (Jackson et al., "An Algorithm for Optimal Partitioning of Data on an Interval", IEEE Signal
Processing Letters 12(2), 2005) with the Bayesian information criterion's penalty of ln n for each parameter
(Yao, "Estimating the Number of Change-Points via Schwarz' Criterion", Statistics and Probability Letters 6,
1988). Curves have some tens of points: all cuts are looked at.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NOISE = 0.02
"""Standard deviation of a value, as a share of it: more than a probe's points may spread, so that the
unevenness of real caches is no step."""
LEAST_STEP = 0.1
"""A change of level by less is not worth telling."""
LEVEL_PARAMETERS = 2
"""The level, and where the segment begins."""
LINE_PARAMETERS = 3
LEAST_POINTS_OF_LINE = 3
"""Through two there is always one."""
LEAST_POINTS = 2
"""Of a plateau: one point may lie anywhere on a slope."""

Floats = NDArray[np.float64]


class Plateau(NamedTuple):
    """A part of a curve on which it is level."""

    first: float
    """Position."""
    last: float
    level: float
    """The geometric mean of the values."""


class Step(NamedTuple):
    """The change from one level to the next."""

    last_before: float
    """The last position on the level before."""
    before: float
    after: float


class _Segment(NamedTuple):
    start: int
    stop: int
    is_level: bool


def plateaus(curve: Sequence[tuple[float, float]], noise: float = NOISE) -> list[Plateau]:
    """Return the plateaus of (position, value) pairs, all positive, by rising position."""
    if len(curve) < LEAST_POINTS:
        return []
    ordered = sorted(curve)
    positions = np.log([position for position, _ in ordered])
    values = np.log([value for _, value in ordered])
    return [
        Plateau(
            first=ordered[segment.start][0],
            last=ordered[_last_near(values, segment, noise)][0],
            level=exp(float(values[segment.start : segment.stop].mean())),
        )
        for segment in _partition(positions, values, noise)
        if segment.is_level and segment.stop - segment.start >= LEAST_POINTS
    ]


def steps(curve: Sequence[tuple[float, float]], noise: float = NOISE) -> list[Step]:
    """Return the changes of level by a tenth or more; the last plateau may be followed by a slope's end."""
    found = plateaus(curve, noise)
    levels = [(plateau.last, plateau.level) for plateau in found]
    end = max(curve, default=(0.0, 0.0))
    if found and end[0] > found[-1].last:
        levels.append(end)
    pairs = [Step(last, before, after) for (last, before), (_, after) in pairwise(levels)]
    return [step for step in pairs if abs(log(step.after / step.before)) >= log(1 + LEAST_STEP)]


def _last_near(values: Floats, segment: _Segment, noise: float) -> int:
    """Return the last point on the level: where a slope begins, its first point is on both."""
    level, last = values[segment.start : segment.stop].mean(), segment.stop - 1
    while last + 1 < len(values) and abs(values[last + 1] - level) <= 2 * noise:
        last += 1
    return last


def _partition(positions: Floats, values: Floats, noise: float) -> list[_Segment]:
    """Return the cheapest cut: the best cut up to each point is that up to an earlier one and one segment."""
    count = len(values)
    best = [0.0]
    last: list[_Segment] = []
    for stop in range(1, count + 1):
        choices = [
            (best[start] + cost, segment)
            for start in range(stop)
            for cost, segment in _candidates(positions, values, start, stop, noise)
        ]
        cost, segment = min(choices, key=lambda choice: choice[0])
        best.append(cost)
        last.append(segment)
    segments: list[_Segment] = []
    while count:
        segments.append(last[count - 1])
        count = segments[-1].start
    return segments[::-1]


def _candidates(
    positions: Floats, values: Floats, start: int, stop: int, noise: float
) -> list[tuple[float, _Segment]]:
    """Return the costs of a level and, where there are points enough for one, of a line."""
    x, y = positions[start:stop], values[start:stop]
    penalty = log(len(values))
    deviations = y - y.mean()
    squares = float(deviations @ deviations)
    found = [(squares / noise**2 + LEVEL_PARAMETERS * penalty, _Segment(start, stop, is_level=True))]
    along = x - x.mean()
    if stop - start >= LEAST_POINTS_OF_LINE and np.any(along):
        explained = float(along @ deviations) ** 2 / float(along @ along)
        left = max(0.0, squares - explained)
        found.append((left / noise**2 + LINE_PARAMETERS * penalty, _Segment(start, stop, is_level=False)))
    return found
