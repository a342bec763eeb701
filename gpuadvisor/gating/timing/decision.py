"""Decide from log ratios of rounds whether a version became slower than is tolerated.

The ratios of identical versions are symmetric about 0 (see `samples`), which is all that Wilcoxon's
signed-rank test asks: skewed, bimodal or heavy-tailed noise does not raise its rate of false alarms. Samples
are looked at several times; each look spends an equal part of the error that is allowed (Bonferroni), and so
does each of several comparisons.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gpuadvisor.gating.timing.samples import Times
from gpuadvisor.model.gate import Interval, Verdict

FALSE_FAILURES = 0.005
"""The chance that any comparison of a run fails although nothing became slower than is tolerated."""
FALSE_PASSES = 0.05
"""The chance that a comparison passes although it did."""
CONFIDENCE = 0.95
MOST_ROUNDS = 60
_LOOKS = 5
_FEWEST_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a comparison may get wrong, and how long it may take."""

    tolerance: float
    """The share by which the time may grow: 0.03 for 3 %."""
    comparisons: int = 1
    """How many are made in this run."""
    most_rounds: int = MOST_ROUNDS

    @property
    def failure_level(self) -> float:
        """The level of one test for a failure."""
        return FALSE_FAILURES / self.comparisons / _LOOKS

    @property
    def pass_level(self) -> float:
        """The level of one test for a pass."""
        return FALSE_PASSES / _LOOKS

    def looks(self) -> Iterator[int]:
        """Yield the numbers of rounds after which to decide: from the first that can tell, to the last."""
        needed = math.ceil(-math.log2(self.failure_level)) + 1
        first = max(_FEWEST_ROUNDS, needed)
        last = max(first, self.most_rounds)
        for step in range(_LOOKS):
            yield round(first * (last / first) ** (step / (_LOOKS - 1)))


def decide(ratios: Times, terms: Terms) -> Verdict:
    """Return `fail`, `pass`, or `inconclusive` where these rounds cannot tell."""
    excess = ratios - math.log1p(terms.tolerance)
    if _level(excess, "greater") < terms.failure_level:
        return "fail"
    return "pass" if _level(excess, "less") < terms.pass_level else "inconclusive"


def _level(excess: Times, alternative: str) -> float:
    """Return the p-value of Wilcoxon's signed-rank test; 1 where nothing differs from 0."""
    # Heavy, and only times need it.
    from scipy.stats import wilcoxon

    if not np.any(excess):
        return 1.0
    return float(wilcoxon(excess, alternative=alternative).pvalue)


def interval(ratios: Times) -> Interval:
    """Return the Hodges-Lehmann interval of the ratio after / before.

    Its ends are ordered Walsh averages, their ranks from the normal approximation (Hollander, Wolfe, Chicken:
    Nonparametric Statistical Methods, 3.3).
    """
    count = len(ratios)
    first, second = np.triu_indices(count)
    averages = np.sort((ratios[first] + ratios[second]) / 2)
    spread = 1.959964 * math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
    rank = max(0, math.floor(count * (count + 1) / 4 - spread))
    low, high = np.exp(averages[[rank, len(averages) - 1 - rank]])
    return Interval(low=float(low), high=float(high), confidence=CONFIDENCE, samples=count)


def estimate(ratios: Times) -> float:
    """Return the Hodges-Lehmann estimate of the ratio after / before."""
    first, second = np.triu_indices(len(ratios))
    return float(np.exp(np.median((ratios[first] + ratios[second]) / 2)))
