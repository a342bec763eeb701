"""When to take another sample, which to discard, when to stop: the control loop of every timing.

What is sampled, the clock and the look at the GPU are passed in; nothing here knows a GPU.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gpuadvisor.devices.device import Timing
from gpuadvisor.devices.median import estimate
from gpuadvisor.model.device import DeviceConditions

BATCH = 5
"""Samples between two looks at the GPU, which take a millisecond or two."""
PAUSE_SECONDS = 0.05
"""After throttled samples, so that the GPU may recover; nvbench waits as long (`throttle-recovery-delay`)."""
CLOCK_HELD = 0.95
"""The share of its clock at which a GPU counts as not slowed down."""
STEADY = frozenset({"application clock setting", "display clock setting"})
"""Limits that an operator set for good: the clock is lower, but the same at every point."""
POWER_CAP = "power cap"
"""Many cards show it at a clock that they hold; there it describes the card and disturbs nothing."""

Look = Callable[[], DeviceConditions | None]


@dataclass
class Sampling:
    """The samples to believe, and how the GPU was while they were taken."""

    seconds: list[float] = field(default_factory=list)
    looks: list[DeviceConditions] = field(default_factory=list)
    """Around the samples kept, in order of time; empty where nothing tells."""
    discarded: list[float] = field(default_factory=list)
    """Taken while the clock moved or something held it down."""
    discarded_looks: list[DeviceConditions] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Passing:
    """How time passes: real time, unless a test scripts it."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


REAL_TIME = Passing()


def sample(take: Callable[[], float], look: Look, timing: Timing, passing: Passing = REAL_TIME) -> Sampling:
    """Take samples until they tell the median closely enough, or until the time is over.

    At least `timing.samples` are taken, whatever the time. Without `timing.most_samples` exactly as many
    are, and none is discarded. Else samples are taken in batches, each between two looks; a batch that was
    disturbed is discarded, and after it the GPU gets a pause. Where every batch was disturbed until the end,
    `seconds` holds what there was.
    """
    found = Sampling()
    if timing.most_samples is None:
        before = look()
        found.seconds = [take() for _ in range(timing.samples)]
        found.looks = _known([before, look()])
        return found
    _sample_until(found, take, look, timing, passing)
    if not found.seconds:
        found.seconds, found.looks = found.discarded, found.discarded_looks
        found.discarded, found.discarded_looks = [], []
    return found


def _sample_until(
    found: Sampling, take: Callable[[], float], look: Look, timing: Timing, passing: Passing
) -> None:
    end = passing.now() + timing.limit_seconds
    before, highest_hz = look(), 0.0
    while not is_enough(found.seconds, timing) and (passing.now() < end or _taken(found) < timing.samples):
        batch = [take() for _ in range(min(BATCH, timing.samples))]
        after = look()
        highest_hz = max(highest_hz, *(each.sm_clock_hz or 0.0 for each in _known([before, after])), 0.0)
        if is_disturbed(before, after, highest_hz):
            found.discarded += batch
            found.discarded_looks += _known([before, after])
            passing.pause(PAUSE_SECONDS)
            after = look()
        else:
            found.seconds += batch
            found.looks += _known([before, after])
        before = after


def is_enough(samples: Sequence[float], timing: Timing) -> bool:
    """Return whether no further sample is needed: the error is small, or there are as many as allowed."""
    if timing.most_samples is not None and len(samples) >= timing.most_samples:
        return True
    if len(samples) < timing.samples:
        return False
    error = estimate(samples).relative_standard_error
    return error is not None and error <= timing.relative_error


def is_disturbed(before: DeviceConditions | None, after: DeviceConditions | None, highest_hz: float) -> bool:
    """Return whether the clock moved between two looks or was held down at one of them.

    A power cap disturbs where the clock is below the highest seen so far.
    """
    known = _known([before, after])
    clocks = [each.sm_clock_hz for each in known if each.sm_clock_hz]
    moved = bool(clocks) and min(clocks) < CLOCK_HELD * max(clocks)
    return moved or any(_is_held_down(each, highest_hz) for each in known)


def _is_held_down(conditions: DeviceConditions, highest_hz: float) -> bool:
    reasons = set(conditions.throttle_reasons or ()) - STEADY
    if reasons == {POWER_CAP} and conditions.sm_clock_hz:
        return conditions.sm_clock_hz < CLOCK_HELD * highest_hz
    return bool(reasons)


def _known(looks: Sequence[DeviceConditions | None]) -> list[DeviceConditions]:
    return [each for each in looks if each is not None]


def _taken(found: Sampling) -> int:
    return len(found.seconds) + len(found.discarded)
