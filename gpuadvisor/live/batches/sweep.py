"""The order in which batch sizes are tried: doubled until one does not fit, then narrowed down."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gpuadvisor.live.batches.child import Answer
from gpuadvisor.live.batches.memory_forecast import forecast_bytes
from gpuadvisor.model.batches import BatchPlace, BatchPoint
from gpuadvisor.reporting.numbers import byte_size, seconds

Measure = Callable[[int], Answer]

FIRST_FAILURES = 4
"""Batches that may fail before the first that works: normalisation over a batch needs two samples, say."""
STEP_LIMIT = 5.0
"""A step may last as many times what is spent on one batch; larger batches are not worth the wait."""
FLAT_DOUBLINGS = 3
FLAT_GROWTH = 1.05
"""On a CPU the sweep ends when so many doublings have brought less: its memory is not the question."""
FINENESS = 16
"""The largest batch that fits is found to the next lower power of two over this."""
INTERRUPTED = "interrupted: larger batches, or those between, were not tried"
TOO_LONG = "larger batches were not tried: a step of {batch} lasts {lasts}"
FLAT = "larger batches were not tried: on this CPU the throughput no longer grows"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What may be tried."""

    first: int
    last: int | None
    seconds: float
    """What is spent on one batch."""
    memory_bytes: int | None = None
    """What a batch may take, if that was asked for."""
    cpu_memory_bytes: int | None = None
    """What it may take on a CPU otherwise; a GPU refuses by itself."""

    def limit_bytes(self, place: BatchPlace | None) -> int | None:
        """Return what a batch may take in this place."""
        if self.memory_bytes is not None or place is None or place.is_gpu:
            return self.memory_bytes
        return self.cpu_memory_bytes


@dataclass(kw_only=True)
class Swept:
    """All that was tried."""

    points: list[BatchPoint] = field(default_factory=list)
    place: BatchPlace | None = None
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def fitting(self) -> list[BatchPoint]:
        """Those that ran, in the order in which they were tried."""
        return [point for point in self.points if point.step_seconds is not None and not is_unfit(point)]

    @property
    def largest(self) -> int | None:
        """The largest batch that ran."""
        return max((point.batch for point in self.fitting), default=None)

    @property
    def smallest_unfit(self) -> int | None:
        """The smallest batch above those that ran that does not fit."""
        largest = self.largest or 0
        return min(
            (point.batch for point in self.points if is_unfit(point) and point.batch > largest), default=None
        )


def is_unfit(point: BatchPoint) -> bool:
    """Whether the batch does not fit."""
    return point.outcome in ("out-of-memory", "crashed", "failed", "not-tried")


def sweep(measure: Measure, bounds: Bounds, progress: Callable[[int], None] = lambda _: None) -> Swept:
    """Try the batch sizes; `progress` is told of each before it is tried. Ctrl-C keeps what there is."""
    swept = Swept()
    trial = _Trial(measure, bounds, swept, progress)
    try:
        _double(trial, bounds, swept)
        _narrow(trial, swept)
    except KeyboardInterrupt:
        swept.interrupted = True
        swept.notes.append(INTERRUPTED)
    swept.points.sort(key=lambda point: point.batch)
    return swept


class _Trial:
    """Tries one batch and takes note of it."""

    def __init__(
        self, measure: Measure, bounds: Bounds, swept: Swept, progress: Callable[[int], None]
    ) -> None:
        self._measure, self._bounds, self._swept, self._progress = measure, bounds, swept, progress

    def __call__(self, batch: int) -> BatchPoint:
        point = self._forecast(batch) or self._measured(batch)
        self._swept.points.append(point)
        return point

    def _measured(self, batch: int) -> BatchPoint:
        self._progress(batch)
        answer = self._measure(batch)
        if self._swept.place is None:
            self._swept.place = answer.place
        return _within(answer.point, self._bounds.limit_bytes(self._swept.place))

    def _forecast(self, batch: int) -> BatchPoint | None:
        """Return a batch that would not fit, as known before it is tried; on a GPU trying costs nothing."""
        place = self._swept.place
        limit = self._bounds.limit_bytes(place)
        if place is None or place.is_gpu or limit is None:
            return None
        needed = forecast_bytes(self._swept.fitting, batch)
        if needed is None or needed <= limit:
            return None
        reason = f"by the smaller batches it needs some {byte_size(needed)}, over {byte_size(limit)}"
        return BatchPoint(batch=batch, outcome="not-tried", reason=reason)


def _within(point: BatchPoint, limit: int | None) -> BatchPoint:
    """Return the point; as one that does not fit where it took more memory than allowed."""
    peak = point.peak_memory_bytes
    if limit is None or peak is None or peak <= limit:
        return point
    reason = f"it took {byte_size(peak)}, over the limit of {byte_size(limit)}"
    return BatchPoint(batch=point.batch, outcome="out-of-memory", reason=reason, peak_memory_bytes=peak)


def _double(trial: _Trial, bounds: Bounds, swept: Swept) -> None:
    batch, failures = bounds.first, 0
    while bounds.last is None or batch <= bounds.last:
        point = trial(batch)
        if is_unfit(point):
            failures += 1
            if swept.fitting or point.outcome != "failed" or failures == FIRST_FAILURES:
                return
        elif _ends(point, bounds, swept):
            return
        batch *= 2
    if bounds.last is not None and swept.largest != bounds.last:
        trial(bounds.last)


def _ends(point: BatchPoint, bounds: Bounds, swept: Swept) -> bool:
    """Whether larger batches are not worth trying; say why."""
    step = point.step_seconds
    if step is not None and step.median > STEP_LIMIT * bounds.seconds:
        swept.notes.append(TOO_LONG.format(batch=point.batch, lasts=seconds(step.median)))
        return True
    if bounds.last is None and swept.place is not None and not swept.place.is_gpu and _is_flat(swept.fitting):
        swept.notes.append(FLAT)
        return True
    return False


def _is_flat(points: list[BatchPoint]) -> bool:
    rates = [point.samples_per_second.median for point in points if point.samples_per_second is not None]
    if len(rates) <= FLAT_DOUBLINGS:
        return False
    return max(rates[-FLAT_DOUBLINGS:]) < FLAT_GROWTH * max(rates[:-FLAT_DOUBLINGS])


def _narrow(trial: _Trial, swept: Swept) -> None:
    """Halve the distance between the largest that fits and the smallest that does not."""
    while True:
        low, high = swept.largest, swept.smallest_unfit
        if low is None or high is None:
            return
        grain = max(1, 2 ** (low.bit_length() - 1) // FINENESS)
        middle = (low + high) // 2 // grain * grain
        if middle <= low or middle >= high:
            return
        trial(middle)
