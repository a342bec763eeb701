"""Judge items: budgets, the baseline, forbidden advice; then what is accepted; then the verdict."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from gpuadvisor.gating.acceptance import accept, stale
from gpuadvisor.gating.budgets import Budget
from gpuadvisor.gating.compare import Terms, compare, refusals
from gpuadvisor.gating.configuration import SEVERITIES, Accepted, Forbidden
from gpuadvisor.gating.explaining import explanations
from gpuadvisor.gating.facts import CATALOGUED, TIME
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.membership import changed_items
from gpuadvisor.gating.words import change_in_words, shown
from gpuadvisor.model.gate import Check, Outcome, Verdict
from gpuadvisor.model.report import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Every check, and what else is to be said."""

    checks: list[Check]
    notes: list[str]

    @property
    def verdict(self) -> Verdict:
        """The worst outcome: fail before inconclusive before pass."""
        outcomes = {check.outcome for check in self.checks}
        return "fail" if "fail" in outcomes else "inconclusive" if "inconclusive" in outcomes else "pass"


def judge(
    items: Sequence[Item],
    terms: Terms | None,
    accepted: Sequence[Accepted],
    today: dt.date,
    timed: Sequence[Check] = (),
) -> Judgement:
    """Judge every item; without a baseline only by budgets and advice. `timed` are checks made before."""
    measured = {check.item for check in timed}
    checks = [check for item in items for check in _checks(item, terms, measured)]
    checks += timed
    if terms is not None:
        checks += [*changed_items(items, terms.baseline.items), *refusals(items, terms)]
    used: set[int] = set()
    judged = [accept(check, accepted, today, used) for check in checks]
    return Judgement(checks=judged, notes=list(stale(accepted, used, today)))


def _checks(item: Item, terms: Terms | None, measured: Collection[str]) -> Iterator[Check]:
    """Yield the checks of an item; its budget on time is judged by measurement where there is one."""
    before = {} if terms is None else terms.baseline.items.get(item.name, {})
    for budget in item.budgets:
        if budget.fact != TIME or item.name not in measured:
            yield _judge_budget(item, budget, before.get(CATALOGUED.get(budget.fact, budget.fact)))
    if terms is not None:
        for check in compare(item, terms):
            worse = check.outcome == "fail"
            reasons = explanations(check.fact, item.advice) if worse else []
            yield msgspec.structs.replace(check, explained_by=reasons)
    for advice in item.advice:
        if any(_forbids(forbidden, advice) for forbidden in item.forbidden):
            yield _forbidden_check(item, advice)


def _judge_budget(item: Item, budget: Budget, before: object) -> Check:
    known = item.known(budget.fact)
    old = getattr(before, "value", None)
    holds = None if known is None else budget.holds(known.value, old)
    outcome: Outcome = "inconclusive" if holds is None else "pass" if holds else "fail"
    return Check(
        item=item.name,
        kind="budget",
        fact=budget.fact,
        outcome=outcome,
        message=_budget_message(item, budget, old, outcome),
        provenance=known.provenance if known else None,
        unit=known.unit if known else "",
        before=old,
        after=known.value if known else None,
        limit=budget.text,
        file=item.file,
        line=item.line,
    )


def _budget_message(item: Item, budget: Budget, old: object, outcome: Outcome) -> str:
    known = item.known(budget.fact)
    if known is None:
        return f"{budget.fact} is not known, and `{budget.text}` cannot be judged"
    if outcome == "inconclusive":
        return f"`{budget.text}` needs a baseline that holds {budget.fact}"
    text = f"{budget.fact} is {shown(known.value, known.unit)}"
    if budget.relative and isinstance(old, int | float) and isinstance(known.value, int | float):
        text = f"{budget.fact} {change_in_words(old, known.value, known.unit)}"
    return f"{text}; the budget is `{budget.text}`"


def _forbids(forbidden: Forbidden, advice: Advice) -> bool:
    expected = advice.gain.expected if advice.gain else 1.0
    return (
        fnmatchcase(advice.rule, forbidden.rule)
        and SEVERITIES.index(advice.severity) >= SEVERITIES.index(forbidden.severity)
        and expected >= forbidden.gain
    )


def _forbidden_check(item: Item, advice: Advice) -> Check:
    return Check(
        item=item.name,
        kind="advice",
        fact=advice.rule,
        outcome="fail",
        message=advice.message,
        limit="forbidden",
        file=advice.subject.file,
        line=advice.subject.line,
        explained_by=[advice.rule],
    )
