"""Compare the facts of an item with the baseline's, exactly; what is better or only different never fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gpuadvisor.gating.baseline import Baseline
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.words import change_in_words, shown
from gpuadvisor.model.gate import Check, Outcome
from gpuadvisor.model.machine import Better
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

    def comparable(self, item: Item) -> bool:
        """Return whether what the compiler decides can be compared."""
        if item.compiler is None or self.baseline.compiler is None:
            return self.baseline.compiler == self.compiler
        return set(item.compiler.split(", ")) <= set(self.baseline.compiler.split(", "))


def compare(item: Item, terms: Terms) -> Iterator[Check]:
    """Yield a check for every fact that is compared and that differs; one that says so where none does."""
    before = terms.baseline.items.get(item.name)
    if before is None:
        return
    judged_by_budget = {budget.fact for budget in item.budgets if budget.relative}
    found = [
        _check(item, name, before[name], item.facts[name], terms)
        for name in item.compared
        if name in before and name in item.facts and name not in judged_by_budget
    ]
    yield from (check for check in found if check is not None)


def refusals(items: Sequence[Item], terms: Terms) -> list[Check]:
    """Return a check that says what could not be compared because the compilers differ."""
    refused = [item for item in items if not terms.comparable(item)]
    found = {
        name.partition("[")[0]
        for item in refused
        for name in item.facts
        if name in item.compared and name in item.by_compiler
    }
    if not found:
        return []
    message = (
        f"the baseline was compiled by {terms.baseline.compiler or 'no known compiler'} and this by "
        f"{terms.compiler or 'no known compiler'}, which gives the same kernel other registers: "
        f"not compared: {', '.join(sorted(found))}; use that compiler, or agree to new values with --update"
    )
    return [Check(item="baseline", kind="baseline", fact="compiler", outcome="inconclusive", message=message)]


def _check(item: Item, name: str, before: Known, after: Known, terms: Terms) -> Check | None:
    if name in item.by_compiler and not terms.comparable(item):
        return None
    if Provenance.MEASURED in (before.provenance, after.provenance):
        return None  # a time of another day: `--base` compares those
    old, new = before.value, after.value
    if not isinstance(old, int | float) or not isinstance(new, int | float) or old == new:
        return None
    worse = _is_worse(old, new, item.compared[name])
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


def _is_worse(old: float, new: float, better: Better | None) -> bool:
    return better is None or (new > old if better == "lower" else new < old)


def _tolerated(name: str, old: float, new: float, provenance: Provenance, terms: Terms) -> bool:
    share = max(
        (share for pattern, share in terms.tolerance.items() if fnmatchcase(name, pattern)), default=0.0
    )
    if provenance is Provenance.MODELLED:
        share = max(share, _MODELLED_TOLERANCE)
    return abs(new - old) <= share * abs(old)
