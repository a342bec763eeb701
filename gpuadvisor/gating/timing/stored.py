"""Compare times with stored ones: of another day, so drift does not cancel; `contest` is the better way.

Both sides are taken alike, in rounds on fresh buffers, and each round counts once.
"""

import math

import numpy as np

from gpuadvisor.gating.timing.contest import Result
from gpuadvisor.gating.timing.decision import CONFIDENCE, Terms
from gpuadvisor.gating.timing.modes import modes
from gpuadvisor.gating.timing.samples import Times
from gpuadvisor.model.gate import Interval, Verdict

ROUNDS = 30
"""Of a stored time, and of the one compared with it."""


def compare_stored(before: Times, after: Times, terms: Terms) -> Result:
    """Judge times in seconds by Mann and Whitney's test of their logarithms, moved by the tolerance."""
    old, new = np.log(before), np.log(after)
    verdict = _verdict(old, new - math.log1p(terms.tolerance), terms)
    found = _interval(old, new)
    share = 100 * (found.high - found.low) / 2
    return Result(
        verdict=verdict,
        ratio=float(np.exp(np.median(new[:, None] - old))),
        interval=found,
        rounds=len(after),
        seconds_before=float(np.median(before)),
        seconds_after=float(np.median(after)),
        modes=modes(np.concatenate([before / np.median(before), after / np.median(after)])),
        reason=f"noise of +-{share:.1f} % hides the change" if verdict == "inconclusive" else "",
    )


def _verdict(old: Times, new: Times, terms: Terms) -> Verdict:
    # Heavy, and only times need it.
    from scipy.stats import mannwhitneyu

    if mannwhitneyu(new, old, alternative="greater").pvalue < terms.failure_level:
        return "fail"
    return "pass" if mannwhitneyu(new, old, alternative="less").pvalue < terms.pass_level else "inconclusive"


def _interval(old: Times, new: Times) -> Interval:
    """Return the Hodges-Lehmann interval of the ratio new / old.

    Its ends are ordered differences, their ranks from the normal approximation (Hollander, Wolfe, Chicken:
    Nonparametric Statistical Methods, 4.3).
    """
    differences = np.sort((new[:, None] - old).ravel())
    spread = 1.959964 * math.sqrt(len(old) * len(new) * (len(old) + len(new) + 1) / 12)
    rank = max(0, math.floor(len(differences) / 2 - spread))
    low, high = np.exp(differences[[rank, len(differences) - 1 - rank]])
    return Interval(low=float(low), high=float(high), confidence=CONFIDENCE, samples=len(new))
