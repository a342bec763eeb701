"""A simulated GPU: times with the shapes of noise that real ones have."""

from dataclasses import dataclass, field

import numpy as np

from gpuadvisor.gating.timing.contest import Side
from gpuadvisor.gating.timing.samples import Sample

SECONDS = 1e-3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How noisy a machine is; all are shares of the time."""

    scatter: float = 0.01
    """Standard deviation of the logarithm."""
    tail: float = 0.0
    """Mean of an exponential delay on top: skew."""
    drift: float = 0.0
    """Standard deviation of a step of a random walk that all samples share."""
    modes: float = 0.0
    """Distance of a second mode, which half of the rounds of either side fall into."""
    flips: float = 0.0
    """Distance of a second mode, which holds for some samples and then flips."""
    throttling: float = 0.0
    """Chance that an episode of throttling begins at a sample."""


@dataclass
class SimulatedGpu:
    """A contest of a version with one that takes `ratio` times as long."""

    shape: Shape
    ratio: float
    random: np.random.Generator
    clock: float = 0.0
    offsets: dict[Side, float] = field(default_factory=dict)
    flipped: bool = False
    throttled_for: int = 0
    depth: float = 0.0

    def renew(self) -> None:
        """Start a round: each side falls into one of its modes."""
        sides: tuple[Side, ...] = ("before", "after")
        self.offsets = {side: self.shape.modes * self.random.integers(2) for side in sides}

    def time(self, side: Side) -> Sample:
        """Return a time; one in twenty throttled samples is not reported as such."""
        shape, random = self.shape, self.random
        self.clock += random.normal(0, shape.drift)
        self.flipped ^= bool(shape.flips and random.random() < 0.05)
        self._throttle()
        log = self.clock + self.offsets[side] + shape.flips * self.flipped + random.normal(0, shape.scatter)
        seconds = (
            SECONDS
            * (self.ratio if side == "after" else 1.0)
            * (np.exp(log) + random.exponential(shape.tail))
        )
        if self.throttled_for:
            return Sample(seconds * (1 + self.depth), throttled=random.random() < 0.95)
        return Sample(seconds)

    def _throttle(self) -> None:
        if self.throttled_for:
            self.throttled_for -= 1
        elif self.random.random() < self.shape.throttling:
            self.throttled_for = int(self.random.integers(2, 12))
            self.depth = self.random.uniform(0.05, 0.3)
