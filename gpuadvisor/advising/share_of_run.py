"""What a gain of a kernel is worth in the run that the kernel is part of."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from gpuadvisor.advising.savings import speedup
from gpuadvisor.model.kernel_names import plain_name
from gpuadvisor.model.report import Advice
from gpuadvisor.model.timeline import TimelineProfile


class KernelsInRuns:
    """The seconds that each kernel takes in the first run that has it, and the length of that run."""

    def __init__(self, timelines: Sequence[TimelineProfile]) -> None:
        self._found: dict[str, tuple[float, float]] = {}
        for timeline in timelines:
            seconds: defaultdict[str, float] = defaultdict(float)
            for kernel in timeline.kernels:
                seconds[plain_name(kernel.name)] += kernel.total_seconds
            for name, total in seconds.items():
                self._found.setdefault(name, (total, timeline.span_seconds))

    def placed(self, advice: Advice) -> Advice:
        """Return the advice with the seconds that it saves of a run; as it is, if no run has its kernel."""
        kernel, gain = advice.subject.kernel, advice.gain
        place = None if kernel is None else self._found.get(plain_name(kernel))
        if gain is None or place is None or place[1] <= 0:
            return advice
        saved = min(place[0] * (1 - 1 / gain.expected), place[1])
        known = msgspec.structs.replace(gain, saved_seconds=saved, saved_fraction=saved / place[1])
        return msgspec.structs.replace(advice, gain=known)


def worth(advice: Advice) -> tuple[float, float]:
    """Return how many times faster what is looked at becomes: as expected, and at most.

    That is the run where one is known that the subject is part of, else the subject; 1 without a gain.
    """
    gain = advice.gain
    if gain is None:
        return 1.0, 1.0
    if gain.saved_fraction is None or advice.subject.kernel is None:
        return gain.expected, gain.high
    share = gain.saved_fraction / (1 - 1 / gain.expected) if gain.expected > 1 else 0.0
    return speedup(gain.saved_fraction), speedup(share * (1 - 1 / gain.high))
