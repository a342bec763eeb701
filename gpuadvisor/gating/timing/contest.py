"""Let two versions compete: rounds in random order, more of them while they can still decide."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Protocol

import numpy as np

from gpuadvisor.gating.timing.decision import Terms, decide, estimate, interval
from gpuadvisor.gating.timing.modes import Mode, modes
from gpuadvisor.gating.timing.samples import Round, Sample, dropped, log_ratios, usable
from gpuadvisor.model.gate import Interval, Verdict

Side = Literal["before", "after"]
FLOOR_ROUNDS = 12
_ORDERS: tuple[tuple[Side, ...], ...] = (
    ("before", "after", "after", "before"),
    ("after", "before", "before", "after"),
)
_MOST_DROPPED = 0.5
"""A comparison with a larger share of throttled samples says nothing."""


class Contest(Protocol):
    """Two versions of one thing, ready to be timed."""

    def renew(self) -> None:
        """Start a round: fresh buffers or processes, so that no lucky placement lasts."""

    def time(self, side: Side) -> Sample:
        """Run one version and return its time."""


class Same:
    """A contest of the old version with itself: the noise floor."""

    def __init__(self, contest: Contest) -> None:
        self._contest = contest

    def renew(self) -> None:
        """Start a round."""
        self._contest.renew()

    def time(self, _side: Side) -> Sample:
        """Run the old version, whichever side is asked for."""
        return self._contest.time("before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a contest ended."""

    verdict: Verdict
    ratio: float | None = None
    """Hodges-Lehmann estimate of after / before; None without a usable round."""
    interval: Interval | None = None
    rounds: int = 0
    dropped: int = 0
    """Samples that throttling spoilt."""
    seconds_before: float | None = None
    seconds_after: float | None = None
    """Medians."""
    modes: list[Mode] = field(default_factory=list)
    """Of the times of both versions, each relative to its own median."""
    reason: str = ""
    """Why it is inconclusive."""


def noise_floor(contest: Contest, random: Random) -> Result:
    """Compare the old version with itself, for a fixed number of rounds."""
    rounds = [_round(Same(contest), random) for _ in range(FLOOR_ROUNDS)]
    return _result(rounds, Terms(tolerance=0.0), "pass")


def compete(contest: Contest, terms: Terms, random: Random) -> Result:
    """Take rounds until they decide, or until there are as many as the terms allow."""
    rounds: list[Round] = []
    for look in terms.looks():
        rounds += [_round(contest, random) for _ in range(look - len(rounds))]
        ratios = log_ratios(rounds)
        verdict = decide(ratios, terms) if len(ratios) else "inconclusive"
        if verdict != "inconclusive":
            return _result(rounds, terms, verdict)
    return _result(rounds, terms, "inconclusive")


def _round(contest: Contest, random: Random) -> Round:
    contest.renew()
    taken: dict[Side, list[Sample]] = {"before": [], "after": []}
    for side in random.choice(_ORDERS):
        taken[side].append(contest.time(side))
    return Round(tuple(taken["before"]), tuple(taken["after"]))


def _result(rounds: Sequence[Round], terms: Terms, verdict: Verdict) -> Result:
    ratios, lost = log_ratios(rounds), dropped(rounds)
    before = usable([sample for each in rounds for sample in each.before])
    after = usable([sample for each in rounds for sample in each.after])
    if not len(ratios):
        return Result(verdict="inconclusive", dropped=lost, reason="the device was throttled all the time")
    taken = sum(len(each.before) + len(each.after) for each in rounds)
    throttled = lost > _MOST_DROPPED * taken
    found = interval(ratios)
    reason = ""
    if throttled:
        verdict, reason = "inconclusive", f"{lost} of {taken} samples were throttled"
    elif verdict == "inconclusive":
        share = 100 * (found.high - found.low) / 2
        reason = f"noise of +-{share:.1f} % hides a change of {100 * terms.tolerance:g} %"
    return Result(
        verdict=verdict,
        ratio=estimate(ratios),
        interval=found,
        rounds=len(rounds),
        dropped=lost,
        seconds_before=float(np.median(before)),
        seconds_after=float(np.median(after)),
        modes=modes(np.concatenate([before / np.median(before), after / np.median(after)])),
        reason=reason,
    )
