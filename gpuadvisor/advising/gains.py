"""The `gain` of a rule page: one question.

About a kernel, the what-if model answers: `speedup_without(CAUSE)` names a cause of waste,
`speedup_at_occupancy(EXPRESSION)` a better occupancy. About a run, `seconds_saved(EXPECTED)` or
`seconds_saved(LEAST, EXPECTED, MOST)` says how many of its seconds a change saves.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from gpuadvisor.advising.causes import CAUSES
from gpuadvisor.advising.evaluation import Missing, Readings
from gpuadvisor.advising.expressions import Expression, FactTypes, parse_expression
from gpuadvisor.advising.fact import SubjectKind
from gpuadvisor.advising.savings import Savings
from gpuadvisor.advising.syntax import ExpressionError, parse_syntax
from gpuadvisor.advising.types import Type
from gpuadvisor.advising.what_if import Case, Factors, estimate
from gpuadvisor.model.report import Gain
from gpuadvisor.model.timeline import TimelineProfile

ABOUT_KERNELS = "a gain is speedup_without(CAUSE) or speedup_at_occupancy(EXPRESSION)"
ABOUT_RUNS = "a gain is seconds_saved(EXPECTED) or seconds_saved(LEAST, EXPECTED, MOST)"
Question = Callable[[Case, Readings], Factors | None]


@dataclass(frozen=True, slots=True)
class GainModel:
    """A checked gain: what shrinks in a kernel, or what a run saves."""

    text: str
    answer: Question | Savings

    def estimate(self, subject: Case | TimelineProfile, readings: Readings) -> Gain | None:
        """Return the gain to expect; None where the time or another input is not known."""
        if isinstance(self.answer, Savings):
            run = subject if isinstance(subject, TimelineProfile) else None
            return None if run is None else self.answer.gain(run.span_seconds, readings)
        if isinstance(subject, TimelineProfile):
            return None
        factors = self.answer(subject, readings)
        if factors is None or subject.kernel.time is None:
            return None
        return estimate(subject.kernel.time, factors)


def parse_gain(
    text: str, facts: FactTypes, why_unknown: Callable[[str], str], subject: SubjectKind = "kernel"
) -> GainModel:
    """Check a gain; raise ExpressionError if it asks for anything that nothing answers for that subject."""
    tree = parse_syntax(text)
    if not isinstance(tree, ast.Call) or tree.keywords:
        raise ExpressionError(ABOUT_RUNS if subject == "timeline" else ABOUT_KERNELS)
    question, arguments = ast.unparse(tree.func), [ast.unparse(argument) for argument in tree.args]

    def number(argument: str) -> Expression:
        return parse_expression(argument, Type.NUMBER, facts, why_unknown)

    if subject == "timeline":
        return GainModel(text, _savings(question, [number(argument) for argument in arguments]))
    match question, arguments:
        case "speedup_without", [cause]:
            return GainModel(text, _without(cause))
        case "speedup_at_occupancy", [occupancy]:
            return GainModel(text, _at_occupancy(number(occupancy)))
    raise ExpressionError(ABOUT_KERNELS)


def _savings(question: str, seconds: list[Expression]) -> Savings:
    match question, seconds:
        case "seconds_saved", [expected]:
            return Savings(None, expected, None)
        case "seconds_saved", [low, expected, high]:
            return Savings(low, expected, high)
    raise ExpressionError(ABOUT_RUNS)


def _without(cause: str) -> Question:
    if cause not in CAUSES:
        raise ExpressionError(f"unknown cause {cause}; known: {', '.join(CAUSES)}")
    return lambda case, _: CAUSES[cause](case)


def _at_occupancy(wanted: Expression) -> Question:
    def factors(case: Case, readings: Readings) -> Factors | None:
        better = wanted.evaluate(readings)
        now = case.kernel.occupancy
        if now is None or isinstance(better, Missing) or not isinstance(better, int | float) or better <= 0:
            return None
        return {"latency": min(1.0, now.theoretical / better)}

    return factors
