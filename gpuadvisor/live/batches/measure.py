"""Measures one batch size in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from msgspec import structs

from gpuadvisor.devices.median import FEWEST, Estimate, estimate
from gpuadvisor.live.batches.contract import MakeStep, Step
from gpuadvisor.live.batches.losses import is_finite
from gpuadvisor.live.batches.places import Place, find_place
from gpuadvisor.model.batches import BatchPlace, BatchPoint, Interval

WARM_UPS = 2
TIMING_SECONDS = 0.02
"""Steps are timed together until they last so long: waiting for the device after each would hide overlap."""
MOST_TIMINGS = 50


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One batch size and where it ran."""

    point: BatchPoint
    place: BatchPlace


class Bench:
    """Measures batch after batch; knows the place of the steps once one has run."""

    def __init__(
        self,
        make: MakeStep,
        where: Callable[[], Place] = find_place,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._make, self._where, self._clock = make, where, clock
        self._place: Place | None = None

    def measure(self, batch: int, seconds: float) -> Measured:
        """Time the step for about `seconds` after its warm-up; whatever it raises is let through."""
        if self._place is not None:
            self._place.reset_peak()
        try:
            return self._measure(self._make(batch), batch, seconds)
        finally:
            if self._place is not None:
                self._place.free()

    def _measure(self, step: Step, batch: int, seconds: float) -> Measured:
        for _ in range(WARM_UPS):
            step()
        place = self._place = self._place or self._where()
        place.wait()
        once, returned = self._timed(step, 1, place)
        together = max(1, ceil(TIMING_SECONDS / once)) if once > 0 else 1
        count = max(FEWEST, min(MOST_TIMINGS, int(seconds / max(once * together, 1e-9))))
        timings = []
        for _ in range(count):
            lasted, returned = self._timed(step, together, place)
            timings.append(lasted / together)
        point = _point(batch, estimate(timings), count, together)
        finite = is_finite(returned)
        point = structs.replace(point, peak_memory_bytes=place.peak_bytes(), loss_was_finite=finite)
        return Measured(point=_judged(point), place=place.description())

    def _timed(self, step: Step, together: int, place: Place) -> tuple[float, object]:
        """Return how long so many steps take, and what the last one returned."""
        begun = self._clock()
        for _ in range(together):
            returned = step()
        place.wait()
        return self._clock() - begun, returned


def _point(batch: int, found: Estimate, timings: int, together: int) -> BatchPoint:
    low = found.median if found.low is None else found.low
    high = found.median if found.high is None else found.high
    return BatchPoint(
        batch=batch,
        outcome="measured",
        samples_per_second=Interval(low=batch / high, median=batch / found.median, high=batch / low),
        step_seconds=Interval(low=low, median=found.median, high=high),
        timings=timings,
        steps=timings * together,
    )


def _judged(point: BatchPoint) -> BatchPoint:
    """Return the point; one whose loss is no finite number as such."""
    if point.loss_was_finite is not False:
        return point
    return structs.replace(point, outcome="not-finite", reason="the loss is not a finite number")
