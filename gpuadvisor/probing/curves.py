"""Where a curve reaches its height."""

from collections.abc import Sequence


def saturation_point(curve: Sequence[tuple[float, float]], height: float) -> float | None:
    """Return the smallest position from which the curve stays at or above `height`.

    `curve` holds (position, value) in any order. None where the curve ends below the height.
    """
    reached = None
    for position, value in sorted(curve, reverse=True):
        if value < height:
            break
        reached = position
    return reached
