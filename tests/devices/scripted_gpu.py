"""A GPU that is nothing but a script: how long a launch takes and what NVML says, at each time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat

from gpuadvisor.devices.sampling import Passing
from gpuadvisor.model.device import DeviceConditions

FULL_HZ = 2e9
LOOK_SECONDS = 1e-3


@dataclass
class ScriptedGpu:
    """Launches and looks take time, and only they do; a launch takes longer where the clock is lower."""

    kernel_seconds: Iterator[float] = field(default_factory=lambda: repeat(1e-3))
    clock_hz: Callable[[float], float] = lambda _: FULL_HZ
    reasons: Callable[[float], list[str]] = lambda _: []
    now: float = 0.0
    launches: int = 0
    pauses: list[float] = field(default_factory=list)

    def take(self) -> float:
        seconds = next(self.kernel_seconds) * FULL_HZ / self.clock_hz(self.now)
        self.now += seconds
        self.launches += 1
        return seconds

    def look(self) -> DeviceConditions:
        self.now += LOOK_SECONDS
        return DeviceConditions(sm_clock_hz=self.clock_hz(self.now), throttle_reasons=self.reasons(self.now))

    def work(self, seconds: float) -> None:
        self.now += seconds

    @property
    def passing(self) -> Passing:
        return Passing(now=lambda: self.now, pause=self._pause)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def alternating(*levels: float) -> Iterator[float]:
    """Yield the levels over and over."""
    while True:
        yield from levels


def rising(first: float, step: float) -> Iterator[float]:
    """Yield values that grow for ever."""
    value = first
    while True:
        yield value
        value += step
