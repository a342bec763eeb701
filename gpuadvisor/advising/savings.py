"""What a run gains if some of its seconds are saved."""

from dataclasses import dataclass

from gpuadvisor.advising.evaluation import Missing, Readings
from gpuadvisor.advising.expressions import Expression
from gpuadvisor.model.report import Gain

MOST_SPEEDUP = 100.0
"""A run of which less remains was not measured well."""


@dataclass(frozen=True, slots=True)
class Savings:
    """Seconds of a run that a change saves: bounds and expectation, each an expression over facts."""

    low: Expression | None
    expected: Expression
    high: Expression | None

    def gain(self, span_seconds: float, readings: Readings) -> Gain | None:
        """Return the gain of a run of that length; None where the expected seconds are not known.

        Where the least is not known it is nothing; where the most is not, it is what is expected.
        """
        expected = _seconds(self.expected, readings)
        if expected is None or span_seconds <= 0:
            return None
        low = _seconds(self.low, readings) or 0.0
        high = _seconds(self.high, readings) or 0.0
        expected = max(low, expected)
        return Gain(
            low=speedup(low / span_seconds),
            expected=speedup(expected / span_seconds),
            high=speedup(max(expected, high) / span_seconds),
            saved_seconds=min(expected, span_seconds),
            saved_fraction=min(expected / span_seconds, 1.0),
        )


def _seconds(expression: Expression | None, readings: Readings) -> float | None:
    value = None if expression is None else expression.evaluate(readings)
    if isinstance(value, Missing) or not isinstance(value, int | float):
        return None
    return max(0.0, float(value))


def speedup(saved_fraction: float) -> float:
    """Return how many times faster a run is without a fraction of its time."""
    return 1 / max(1 - saved_fraction, 1 / MOST_SPEEDUP)
