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
    question, arguments = _call(text)

    def number(argument: str) -> Expression:
        return parse_expression(argument, Type.NUMBER, facts, why_unknown)

    answer = _about_run if subject == "timeline" else _about_kernel
    return GainModel(" ".join(text.split()), answer(question, arguments, number))


def _call(text: str) -> tuple[str, list[str]]:
    """Return the name of a function that is called and its arguments; nothing if it is no such call."""
    tree = parse_syntax(text)
    if not isinstance(tree, ast.Call) or tree.keywords:
        return "", []
    return ast.unparse(tree.func), [ast.unparse(argument) for argument in tree.args]


def _about_run(question: str, arguments: list[str], number: Callable[[str], Expression]) -> Savings:
    match question, arguments:
        case "seconds_saved", [expected]:
            return Savings(None, number(expected), None)
        case "seconds_saved", [low, expected, high]:
            return Savings(number(low), number(expected), number(high))
    raise ExpressionError("a gain is seconds_saved(EXPECTED) or seconds_saved(LEAST, EXPECTED, MOST)")


def _about_kernel(question: str, arguments: list[str], number: Callable[[str], Expression]) -> Question:
    match question, arguments:
        case "speedup_without", [cause]:
            return _without(cause)
        case "speedup_at_occupancy", [occupancy]:
            return _at_occupancy(number(occupancy))
    raise ExpressionError("a gain is speedup_without(CAUSE) or speedup_at_occupancy(EXPRESSION)")


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
