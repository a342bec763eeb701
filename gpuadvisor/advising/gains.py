"""The `gain` of a rule page: one question to the what-if model.

`speedup_without(CAUSE)` names a cause of waste; `speedup_at_occupancy(EXPRESSION)` a better occupancy.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from gpuadvisor.advising.causes import CAUSES
from gpuadvisor.advising.evaluation import Missing, Readings
from gpuadvisor.advising.expressions import Expression, FactTypes, parse_expression
from gpuadvisor.advising.syntax import ExpressionError, parse_syntax
from gpuadvisor.advising.types import Type
from gpuadvisor.advising.what_if import Case, Factors, estimate
from gpuadvisor.model.report import Gain


@dataclass(frozen=True, slots=True)
class GainModel:
    """A checked gain."""

    text: str
    factors: Callable[[Case, Readings], Factors | None]

    def estimate(self, case: Case, readings: Readings) -> Gain | None:
        """Return the gain to expect; None where the time or another input is not known."""
        factors = self.factors(case, readings)
        if factors is None or case.kernel.time is None:
            return None
        return estimate(case.kernel.time, factors)


def parse_gain(text: str, facts: FactTypes, why_unknown: Callable[[str], str]) -> GainModel:
    """Check a gain; raise ExpressionError if it asks for anything the what-if model does not answer."""
    tree = parse_syntax(text)
    if isinstance(tree, ast.Call) and len(tree.args) == 1 and not tree.keywords:
        question, argument = ast.unparse(tree.func), ast.unparse(tree.args[0])
        if question == "speedup_without":
            return GainModel(text, _without(argument))
        if question == "speedup_at_occupancy":
            return GainModel(text, _at_occupancy(parse_expression(argument, Type.NUMBER, facts, why_unknown)))
    raise ExpressionError("a gain is speedup_without(CAUSE) or speedup_at_occupancy(EXPRESSION)")


def _without(cause: str) -> Callable[[Case, Readings], Factors | None]:
    if cause not in CAUSES:
        raise ExpressionError(f"unknown cause {cause}; known: {', '.join(CAUSES)}")
    return lambda case, _: CAUSES[cause](case)


def _at_occupancy(wanted: Expression) -> Callable[[Case, Readings], Factors | None]:
    def factors(case: Case, readings: Readings) -> Factors | None:
        better = wanted.evaluate(readings)
        now = case.kernel.occupancy
        if now is None or isinstance(better, Missing) or not isinstance(better, int | float) or better <= 0:
            return None
        return {"latency": min(1.0, now.theoretical / better)}

    return factors
