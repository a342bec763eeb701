"""The result of a contest as a check of the gate."""

from gpuadvisor.advising.messages import format_value
from gpuadvisor.gating.budgets import Budget
from gpuadvisor.gating.timing.contest import Result
from gpuadvisor.model.gate import Check, Outcome
from gpuadvisor.model.provenance import Provenance

_OUTCOMES: dict[str, Outcome] = {"pass": "pass", "fail": "fail", "inconclusive": "inconclusive"}


def time_check(
    item: str,
    result: Result,
    budget: Budget,
    floor: Result | None = None,
    *,
    file: str | None = None,
    line: int | None = None,
) -> Check:
    """Return what a comparison says of a budget on time; `floor` is the old version against itself."""
    outcome, reasons = _OUTCOMES[result.verdict], [result.reason] if result.reason else []
    if outcome == "fail" and floor is not None and _differs(floor, budget.number):
        outcome = "inconclusive"
        reasons.append(f"the old version differs from itself by more than the budget: {_range(floor)}")
    if result.verdict == "pass" and result.interval is not None and result.interval.high < 1:
        outcome = "improved"
    return Check(
        item=item,
        kind="time",
        fact="time",
        outcome=outcome,
        message="; ".join([_change(result, budget), *_remarks(result, floor), *reasons]),
        provenance=Provenance.MEASURED,
        unit="s",
        before=result.seconds_before,
        after=result.seconds_after,
        limit=budget.text,
        file=file,
        line=line,
        interval=result.interval,
    )


def _differs(floor: Result, tolerance: float) -> bool:
    """Return whether the old version is further from itself than the budget allows, by its whole interval."""
    if floor.interval is None:
        return False
    return floor.interval.low > 1 + tolerance or floor.interval.high < 1 / (1 + tolerance)


def _change(result: Result, budget: Budget) -> str:
    if result.ratio is None or result.interval is None:
        return f"time could not be compared; the budget is `{budget.text}`"
    before, after = (format_value(each or 0.0, "s") for each in (result.seconds_before, result.seconds_after))
    return (
        f"time is {100 * (result.ratio - 1):+.2g} % ({_range(result)}, {result.rounds} rounds; "
        f"{before} before, {after} now); the budget is `{budget.text}`"
    )


def _range(result: Result) -> str:
    if result.interval is None:
        return "unknown"
    low, high = (100 * (end - 1) for end in (result.interval.low, result.interval.high))
    return f"{low:+.2g} to {high:+.2g} %"


def _remarks(result: Result, floor: Result | None) -> list[str]:
    found = (
        ["against stored times"] if floor is None else [f"the old version against itself: {_range(floor)}"]
    )
    if result.dropped:
        found.append(f"{result.dropped} throttled samples dropped")
    if result.modes:
        slower, shares = result.modes[1].seconds / result.modes[0].seconds, result.modes
        found.append(
            f"times have two modes {100 * (slower - 1):.2g} % apart "
            f"({shares[0].share:.0%} and {shares[1].share:.0%} of them)"
        )
    return found
