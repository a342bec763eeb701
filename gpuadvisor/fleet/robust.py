"""Statistics that a minority of odd values cannot move."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

DEVIATIONS_PER_MAD = 1.4826
"""Times the median absolute deviation: the standard deviation, of normally distributed values."""
LEAST_SCORE = 3.5
"""Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993: a modified z-score beyond this is an outlier
(NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17)."""
FALSE_ALARMS = 0.05
"""How many normally distributed values at most, of all that are compared, may be taken for outliers."""


def median(values: Numbers, axis: int = 0) -> Numbers:
    """Return the medians along `axis`, NaN left out; NaN where nothing is left."""
    ordered = np.sort(values, axis=axis)  # NaN comes last
    count = np.sum(~np.isnan(values), axis=axis, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=axis)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[axis] - 1), axis=axis)
    middle: Numbers = np.squeeze((low + high) / 2, axis=axis)
    return middle


def tolerance(values: Numbers, floor: float, comparisons: int) -> float:
    """Return how far from their median a value of a family may lie before it stands out.

    The spread of the family decides, by its median absolute deviation, but never less than `floor`: alike to
    the last digit, as emulated GPUs are, they would otherwise stand out by anything. `comparisons` is how
    many values are looked at altogether: of many, some lie far out by chance.
    """
    deviation = float(median(np.abs(values - median(values)))) * DEVIATIONS_PER_MAD
    by_chance = NormalDist().inv_cdf(1 - min(FALSE_ALARMS / max(comparisons, 1), 0.5))
    return max(floor, deviation * max(LEAST_SCORE, by_chance))
