"""How long each point may take, so that a run ends in time and every point gets its share."""

import time
from collections.abc import Callable
from math import inf

from gpuadvisor.model.device import DeviceFacts

QUICK_SECONDS = 11.0
FULL_SECONDS = 170.0
"""Of 15 s and 3 minutes: importing CuPy, in two processes, and opening the GPU take the rest."""
MOST_SAMPLING_SECONDS = 1.0
"""For one quantity at one point; most are known well enough long before."""
SHARE_FOR_SAMPLING = 0.4
"""Of a point's time; compiling and filling memory take the rest. Readings may take as much again."""


def time_for(facts: DeviceFacts, *, quick: bool) -> float:
    """Return how long the probes may take on a device; a modelled time gains nothing from haste."""
    if facts.kind == "emulated":
        return inf
    return QUICK_SECONDS if quick else FULL_SECONDS


class Budget:
    """A time limit divided over points: what one leaves over, the others share."""

    def __init__(self, seconds: float, points: int, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._end = now() + seconds
        self.left = points
        """Points that have not begun."""

    @property
    def is_spent(self) -> bool:
        """Whether no further point may begin."""
        return self._now() >= self._end

    def sampling_seconds(self) -> float:
        """Return how long the next point may take samples of one quantity, and count it as taken."""
        share = max(0.0, self._end - self._now()) / max(1, self.left)
        self.left -= 1
        return min(MOST_SAMPLING_SECONDS, SHARE_FOR_SAMPLING * share)
