"""Whether times fall into two groups, as those of kernels with two clock or cache states do."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.gating.timing.samples import Times

_FEWEST = 20
_DEEPEST_VALLEY = 0.5
"""Two peaks of the density are modes if it falls below this share of the lower one in between."""
_SMALLEST_SHARE = 0.1
_POINTS = 256


@dataclass(frozen=True, slots=True)
class Mode:
    """A group of times around one value."""

    seconds: float
    share: float


def modes(times: Times) -> list[Mode]:
    """Return the two groups that times in seconds fall into, fastest first; empty if they are one group.

    Judged by the peaks of a kernel density estimate of their logarithms (Silverman's bandwidth, halved,
    because it smooths over what lies close together).
    """
    if len(times) < _FEWEST or np.ptp(times) == 0:
        return []
    # Heavy, and only times need it.
    from scipy.signal import find_peaks
    from scipy.stats import gaussian_kde

    logs = np.log(times)
    density = gaussian_kde(logs, bw_method=lambda kde: kde.silverman_factor() / 2)
    points = np.linspace(logs.min() - 0.01, logs.max() + 0.01, _POINTS)
    heights = density(points)
    peaks, _ = find_peaks(heights)
    highest = sorted(sorted(peaks, key=lambda peak: -heights[peak])[:2])
    if len(highest) < 2:
        return []
    valley = highest[0] + int(np.argmin(heights[highest[0] : highest[1] + 1]))
    share = float(np.mean(logs < points[valley]))
    lower = min(heights[highest[0]], heights[highest[1]])
    if heights[valley] > _DEEPEST_VALLEY * lower or not _SMALLEST_SHARE <= share <= 1 - _SMALLEST_SHARE:
        return []
    return [
        Mode(float(np.exp(points[peak])), part)
        for peak, part in zip(highest, (share, 1 - share), strict=True)
    ]
