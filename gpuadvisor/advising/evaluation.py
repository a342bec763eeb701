"""Three-valued evaluation: a value, or the facts that are missing to know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gpuadvisor.advising.fact import Value


@dataclass(frozen=True, slots=True)
class Missing:
    """The outcome that needs facts nobody knows."""

    facts: frozenset[str]

    def __or__(self, other: "Missing") -> "Missing":
        return Missing(self.facts | other.facts)


Outcome = Value | Missing
"""Inside an expression a Value may also be a tuple of literals; it never leaves the operator `in`."""


class EvaluationError(Exception):
    """An expression has no value for the facts it was given: division by zero, or beyond all bounds."""


@dataclass(slots=True)
class Readings:
    """The facts as one evaluation sees them, and a trace of what it read.

    `lookup` returns None for a fact that is missing.
    """

    lookup: Callable[[str], Value | None]
    trace: dict[str, Value] = field(default_factory=dict)
    """What was read, in the order of reading: the evidence."""

    def read(self, name: str) -> Outcome:
        """Return the fact's value and remember it, or say that it is missing."""
        value = self.trace.get(name)
        if value is None:
            value = self.lookup(name)
        if value is None:
            return Missing(frozenset((name,)))
        self.trace[name] = value
        return value


def readings_of(facts: Mapping[str, Value]) -> Readings:
    """Return readings of facts given by name, as an example on a rule page gives them."""
    return Readings(facts.get)


Evaluator = Callable[[Readings], Outcome]
