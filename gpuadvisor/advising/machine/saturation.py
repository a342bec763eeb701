"""Where a curve reaches its height and stays there."""

from collections.abc import Sequence

SATURATED = 0.95
"""Share of the best that counts as saturated: what is left is within a run's noise."""


def saturation_point(
    curve: Sequence[tuple[float, float]], best: float, share: float = SATURATED
) -> float | None:
    """Return the smallest position from which the curve stays at `share` of `best`; None if it ends below.

    `curve` holds (position, value) in any order. That it stays there tells it from a lucky point.
    """
    reached = None
    for position, value in sorted(curve, reverse=True):
        if value < share * best:
            break
        reached = position
    return reached
