"""What scattered samples look like: two groups, or a drift. It tells the user where to look."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_GAP = 0.5
"""Of the whole range: a gap in the sorted samples that splits them into two groups."""
LEAST_GROUP = 0.2
LEAST_CORRELATION = 0.7
FEWEST = 6


def shape_of(samples: Sequence[float]) -> str | None:
    """Return how the samples differ, in the order they were taken; None where nothing stands out."""
    values = np.asarray(samples, dtype=np.float64)
    if values.size < FEWEST or values.min() == values.max():
        return None
    drift = _rank_correlation(values)
    if abs(drift) >= LEAST_CORRELATION:
        return "they grow from sample to sample" if drift > 0 else "they shrink from sample to sample"
    ordered = np.sort(values)
    gaps = np.diff(ordered)
    widest = int(np.argmax(gaps))
    smaller = min(widest + 1, values.size - widest - 1)
    if gaps[widest] >= LEAST_GAP * (ordered[-1] - ordered[0]) and smaller >= LEAST_GROUP * values.size:
        lower, upper = ordered[: widest + 1].mean(), ordered[widest + 1 :].mean()
        return f"they fall into two groups, around {lower:.3g} and {upper:.3g}"
    return None


def _rank_correlation(values: NDArray[np.float64]) -> float:
    """Return Spearman's rank correlation with the order of the samples."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return float(np.corrcoef(ranks, np.arange(values.size))[0, 1])
