"""Expectations of a kernel's facts, as tests write them: `spill_bytes=0, sectors_per_request__lt=4.1`."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from gpuadvisor.advising.messages import format_value
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.words import shown
from gpuadvisor.model.gate import GateValue

_OPERATORS: dict[str, tuple[str, Callable[..., bool]]] = {
    "lt": ("<", operator.lt),
    "le": ("<=", operator.le),
    "gt": (">", operator.gt),
    "ge": (">=", operator.ge),
    "ne": ("!=", operator.ne),
}
_EQUAL = ("==", operator.eq)


class ExpectationError(ValueError):
    """An expectation that names no fact, or one that is not known of the kernel."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A fact, how it is compared and with what."""

    written: str
    name: str
    sign: str
    holds: Callable[..., bool]
    limit: GateValue

    def failures(self, facts: Mapping[str, Known]) -> Iterator[str]:
        """Yield what is wrong with each fact of that name; raises ExpectationError where there is none."""
        found = {name: known for name, known in facts.items() if _is_named(name, self.name)}
        if not found:
            raise ExpectationError(_unknown(self.written, self.name, facts))
        for name, known in found.items():
            if not self.holds(known.value, self.limit):
                limit = format_value(self.limit, known.unit)
                yield f"{name} is {shown(known.value, known.unit)}, expected {self.sign} {limit}"


def expectation(written: str, limit: GateValue) -> Expectation:
    """Read a keyword: dots of a fact's name are written `__`; it may end in __lt, __le, __gt, __ge or __ne.

    A name may be the last part of several facts, as `sectors_per_request` of loads and of stores: then all
    that are known of the kernel are meant.
    """
    name, _, ending = written.rpartition("__")
    if ending in _OPERATORS and name:
        sign, holds = _OPERATORS[ending]
    else:
        name, (sign, holds) = written, _EQUAL
    return Expectation(written, name.replace("__", "."), sign, holds, limit)


def _is_named(fact: str, name: str) -> bool:
    return fact == name or fact.endswith(f".{name}")


def _unknown(written: str, name: str, facts: Mapping[str, Known]) -> str:
    names = [*facts, *(fact.rpartition(".")[2] for fact in facts)]
    close = get_close_matches(name, names, n=1)
    hint = (
        f"; did you mean {close[0].replace('.', '__')}?" if close else f"; known: {', '.join(sorted(facts))}"
    )
    return f"{written}: this kernel has no fact {name}{hint}"
