"""What the operators of an expression compute, with missing facts carried through."""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from gpuadvisor.advising.evaluation import EvaluationError, Evaluator, Missing, Outcome, Readings
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.types import LARGEST

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EQUALITY: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
MEMBERSHIP: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}
COMPARISONS = ORDER | EQUALITY | MEMBERSHIP


def apply(function: Callable[..., Value], operands: Sequence[Evaluator]) -> Evaluator:
    """Return an evaluator of `function` of all operands: missing if any of them is."""

    def evaluate(readings: Readings) -> Outcome:
        values = [operand(readings) for operand in operands]
        missing = _missing(values)
        return _bounded(function, values) if missing is None else missing

    return evaluate


def compare(functions: Sequence[Callable[[Any, Any], bool]], operands: Sequence[Evaluator]) -> Evaluator:
    """Return an evaluator of a chain `a < b < c`: false as soon as one known pair fails."""

    def evaluate(readings: Readings) -> Outcome:
        values = [operand(readings) for operand in operands]
        pairs = zip(functions, values, values[1:], strict=False)
        return _all([_compare_pair(function, left, right) for function, left, right in pairs])

    return evaluate


def conjunction(operands: Sequence[Evaluator]) -> Evaluator:
    """Return an evaluator of `and`: false if any operand is false, whatever is missing."""
    return lambda readings: _until(operands, readings, stop=False)


def disjunction(operands: Sequence[Evaluator]) -> Evaluator:
    """Return an evaluator of `or`: true if any operand is true, whatever is missing."""
    return lambda readings: _until(operands, readings, stop=True)


def _until(operands: Sequence[Evaluator], readings: Readings, *, stop: bool) -> Outcome:
    missing: Missing | None = None
    for operand in operands:
        value = operand(readings)
        if isinstance(value, Missing):
            missing = value if missing is None else missing | value
        elif value is stop:
            return stop
    return not stop if missing is None else missing


def _all(values: Sequence[Outcome]) -> Outcome:
    return False if False in values else _missing(values) or True


def _compare_pair(function: Callable[[Any, Any], bool], left: Outcome, right: Outcome) -> Outcome:
    return _missing((left, right)) or function(left, right)


def _missing(values: Sequence[Outcome]) -> Missing | None:
    facts = [value.facts for value in values if isinstance(value, Missing)]
    return Missing(frozenset().union(*facts)) if facts else None


def _bounded(function: Callable[..., Value], values: Sequence[Outcome]) -> Value:
    try:
        result = function(*values)
    except ZeroDivisionError:
        raise EvaluationError("division by zero") from None
    except OverflowError:
        raise EvaluationError("a number beyond all bounds") from None
    if isinstance(result, int | float) and not -LARGEST <= result <= LARGEST:
        raise EvaluationError("a number beyond all bounds")
    return result
