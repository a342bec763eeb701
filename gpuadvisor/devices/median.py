"""The median of samples, and how far it can be trusted: no assumption about their distribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
FEWEST = 6
"""With fewer samples not even the smallest and the largest enclose the median with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median, its interval of at least 95 % confidence, and its standard error as a share of it."""

    median: float
    low: float | None = None
    """None for fewer than six samples; so are the fields below."""
    high: float | None = None
    relative_standard_error: float | None = None


def estimate(samples: Sequence[float]) -> Estimate:
    """Return the median of at least one sample, with its interval and its error.

    The interval runs between two of the sorted samples, chosen by the binomial distribution (David and
    Nagaraja, Order Statistics, 3rd edition, section 7.1). The standard error is half its width over the
    normal quantile of its exact confidence (McKean and Schrader 1984, Price and Bonett 2001).
    """
    ordered = np.sort(samples)
    median = float(np.median(ordered))
    if ordered.size < FEWEST:
        return Estimate(median)
    rank, confidence = interval_rank(int(ordered.size))
    low, high = float(ordered[rank - 1]), float(ordered[-rank])
    error = (high - low) / (2 * NormalDist().inv_cdf((1 + confidence) / 2))
    relative = 0.0 if not error else error / abs(median) if median else None
    return Estimate(median, low, high, relative)


@lru_cache(maxsize=1024)
def interval_rank(number: int) -> tuple[int, float]:
    """Return how far from both ends the interval of the median begins, from 1, and its exact confidence."""
    below, rank = 1, 1
    while 1 - 2 * (below + comb(number, rank)) / 2**number >= CONFIDENCE:
        below += comb(number, rank)
        rank += 1
    return rank, 1 - 2 * below / 2**number
