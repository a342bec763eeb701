"""Budgets: `registers_per_thread <= 64`, `time <= +3 %`."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from gpuadvisor.model.gate import GateValue

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}
_BUDGET = re.compile(
    r"\s*(?P<fact>[a-z][\w.]*(?:\[[^\]]*\])?)\s*(?P<operator><=|>=|==|!=|<|>)\s*"
    r"(?P<sign>[+-])?\s*(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*(?P<percent>%)?\s*"
)


class BudgetError(ValueError):
    """Text that is no budget."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on one fact: absolute, or a share of what the baseline holds."""

    text: str
    fact: str
    operator: str
    number: float
    relative: bool
    """Whether `number` is a change against the baseline: 0.03 for `+3 %`."""

    def limit(self, before: float | None) -> float | None:
        """Return the limit in the fact's unit; None for a relative budget without a baseline."""
        if not self.relative:
            return self.number
        return None if before is None else before * (1 + self.number)

    def holds(self, value: GateValue, before: GateValue | None) -> bool | None:
        """Return whether a value keeps the budget; None where that needs a baseline that is not there."""
        limit = self.limit(float(before) if isinstance(before, int | float) else None)
        if limit is None:
            return None
        if not isinstance(value, int | float):
            return False
        return _OPERATORS[self.operator](float(value), limit)


def parse_budget(text: str) -> Budget:
    """Read a budget; raises BudgetError saying what is wrong.

    A signed percentage is a change against the baseline (`<= +3 %`), an unsigned one a fraction
    (`occupancy.theoretical >= 50 %`).
    """
    match = _BUDGET.fullmatch(text)
    if match is None:
        raise BudgetError(f"{text!r} is no budget; write FACT OPERATOR NUMBER, as `spill_bytes == 0`")
    percent, sign = match["percent"] is not None, match["sign"]
    number = float(match["number"]) / (100 if percent else 1)
    if sign == "-":
        number = -number
    relative = percent and sign is not None
    return Budget(text.strip(), match["fact"], match["operator"], number, relative)
