"""What a gain of a kernel is worth in the run that the kernel is part of."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gpuadvisor.advising.savings import speedup
from gpuadvisor.model.kernel_names import plain_name
from gpuadvisor.model.report import Advice
from gpuadvisor.model.timeline import TimelineProfile


class Place(NamedTuple):
    """A kernel's share of a run, and how long the run is."""

    share: float
    span_seconds: float


class KernelsInRuns:
    """The share of each kernel in the first run that has it."""

    def __init__(self, timelines: Sequence[TimelineProfile]) -> None:
        self._places: dict[str, Place] = {}
        for timeline in timelines:
            seconds: defaultdict[str, float] = defaultdict(float)
            for kernel in timeline.kernels:
                seconds[plain_name(kernel.name)] += kernel.total_seconds
            span = timeline.span_seconds
            places = {
                name: Place(min(total / span, 1.0), span) for name, total in seconds.items() if span > 0
            }
            self._places = places | self._places

    def placed(self, advice: Advice) -> Advice:
        """Return the advice with the seconds that it saves of a run; as it is, if no run has its kernel."""
        place, gain = self._place(advice), advice.gain
        if gain is None or place is None:
            return advice
        fraction = place.share * (1 - 1 / gain.expected)
        saved = fraction * place.span_seconds
        known = msgspec.structs.replace(gain, saved_seconds=saved, saved_fraction=fraction)
        return msgspec.structs.replace(advice, gain=known)

    def worth(self, advice: Advice) -> tuple[float, float]:
        """Return how many times faster what is looked at becomes: as expected, and at most.

        That is the run where one is known that the subject is part of, else the subject; 1 without a gain.
        """
        place, gain = self._place(advice), advice.gain
        if gain is None:
            return 1.0, 1.0
        if place is None:
            return gain.expected, gain.high
        expected, high = (speedup(place.share * (1 - 1 / times)) for times in (gain.expected, gain.high))
        return expected, high

    def _place(self, advice: Advice) -> Place | None:
        kernel = advice.subject.kernel
        return None if kernel is None else self._places.get(plain_name(kernel))
