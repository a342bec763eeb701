"""Times of two versions, taken in rounds: before, after, after, before, or the other way round."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One time in seconds, and whether the device was throttled while it was taken."""

    seconds: float
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """A few samples of each version, taken closely together on fresh buffers."""

    before: tuple[Sample, ...]
    after: tuple[Sample, ...]

    @property
    def log_ratio(self) -> float | None:
        """The mean of log(after) less that of log(before); None if throttling left one side nothing.

        Of identical versions it is as likely x as -x, whatever the noise looks like: both sides are drawn
        alike and their order is random.
        """
        before, after = usable(self.before), usable(self.after)
        if not len(before) or not len(after):
            return None
        return float(np.log(after).mean() - np.log(before).mean())


def usable(samples: Sequence[Sample]) -> Times:
    """Return the times, in seconds, that no throttling spoilt."""
    return np.array([sample.seconds for sample in samples if not sample.throttled])


def dropped(rounds: Sequence[Round]) -> int:
    """Return how many samples throttling spoilt."""
    return sum(sample.throttled for each in rounds for sample in (*each.before, *each.after))


def log_ratios(rounds: Sequence[Round]) -> Times:
    """Return the log ratio of every round that has one."""
    return np.array([ratio for each in rounds if (ratio := each.log_ratio) is not None])
