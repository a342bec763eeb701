"""Compare the facts of an item with the baseline's, exactly; what is better or only different never fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gpuadvisor.gating.baseline import Baseline
from gpuadvisor.gating.facts import BY_COMPILER, COMPARED, Known
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.words import change_in_words, shown
from gpuadvisor.model.gate import Check, Outcome
from gpuadvisor.model.provenance import Provenance

_MODELLED_TOLERANCE = 2e-5
"""Sums of floating-point numbers may differ in the last digit kept, between machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a comparison allows."""

    baseline: Baseline
    compiler: str | None
    tolerance: Mapping[str, float]
    """Patterns of facts to the share by which they may get worse."""

    @property
    def same_compiler(self) -> bool:
        """Whether what the compiler decides can be compared."""
        return self.baseline.compiler == self.compiler


def compare(item: Item, terms: Terms) -> Iterator[Check]:
    """Yield a check for every fact that is compared and that differs; one that says so where none does."""
    before = terms.baseline.items.get(item.name)
    if before is None:
        return
    judged_by_budget = {budget.fact for budget in item.budgets if budget.relative}
    found = [
        _check(item, name, before[name], item.facts[name], terms)
        for name in COMPARED
        if name in before and name in item.facts and name not in judged_by_budget
    ]
    yield from (check for check in found if check is not None)


def refusals(items: Sequence[Item], terms: Terms) -> list[Check]:
    """Return a check that says what could not be compared because the compilers differ."""
    found = {name for item in items for name in item.facts if name in COMPARED and name in BY_COMPILER}
    if terms.same_compiler or not found:
        return []
    message = (
        f"the baseline was compiled by {terms.baseline.compiler or 'no known compiler'} and this by "
        f"{terms.compiler or 'no known compiler'}, which gives the same kernel other registers: "
        f"not compared: {', '.join(sorted(found))}; use that compiler, or agree to new values with --update"
    )
    return [Check(item="baseline", kind="baseline", fact="compiler", outcome="inconclusive", message=message)]


def _check(item: Item, name: str, before: Known, after: Known, terms: Terms) -> Check | None:
    if name in BY_COMPILER and not terms.same_compiler:
        return None
    old, new = before.value, after.value
    if not isinstance(old, int | float) or not isinstance(new, int | float) or old == new:
        return None
    worse = new > old if COMPARED[name] == "lower" else new < old
    outcome: Outcome = "improved"
    if worse:
        outcome = "pass" if _tolerated(name, old, new, after.provenance, terms) else "fail"
    return Check(
        item=item.name,
        kind="baseline",
        fact=name,
        outcome=outcome,
        message=f"{name} {change_in_words(old, new, after.unit)}",
        provenance=after.provenance,
        unit=after.unit,
        before=old,
        after=new,
        limit=f"baseline: {shown(old, after.unit)}",
        file=item.file,
        line=item.line,
    )


def _tolerated(name: str, old: float, new: float, provenance: Provenance, terms: Terms) -> bool:
    share = max(
        (share for pattern, share in terms.tolerance.items() if fnmatchcase(name, pattern)), default=0.0
    )
    if provenance is Provenance.MODELLED:
        share = max(share, _MODELLED_TOLERANCE)
    return abs(new - old) <= share * abs(old)
