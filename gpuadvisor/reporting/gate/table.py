"""What every written verdict says of a check: its change, in short."""

from gpuadvisor.model.gate import Check, GateReport, GateValue
from gpuadvisor.model.report import Advice

ORDER = ("fail", "inconclusive", "accepted", "improved", "changed", "pass")
"""Outcomes, worst first."""


def worst_first(report: GateReport) -> list[Check]:
    """Return the checks, those that failed first, in their own order otherwise."""
    return sorted(report.checks, key=lambda check: ORDER.index(check.outcome))


def explaining(check: Check, report: GateReport) -> list[Advice]:
    """Return the advice on the check's item that explains it."""
    item = check.item.partition("#")[0]
    return [
        advice
        for advice in report.advice
        if advice.rule in check.explained_by
        and item.endswith(f":{advice.subject.kernel}")
        and (check.file is None or advice.subject.file is None or advice.subject.file == check.file)
    ]


def plain(value: GateValue | None) -> str:
    """Return a value for a cell of a table."""
    match value:
        case None:
            return ""
        case bool() | str():
            return str(value)
        case list():
            return ", ".join(map(str, value))
        case int():
            return f"{value:,}"
    return f"{value:.4g}"


def summary(report: GateReport) -> str:
    """Return the verdict in one line."""
    failed = [check for check in report.checks if check.outcome == "fail"]
    items = len({check.item for check in failed})
    if failed:
        checks = f"{len(failed)} check{'s' if len(failed) > 1 else ''}"
        return f"FAIL: {checks} failed in {items} item{'s' if items > 1 else ''}"
    if report.verdict == "inconclusive":
        return "INCONCLUSIVE: some checks could not be decided"
    return "PASS: nothing got worse"


def one_line(text: str) -> str:
    """Return text without line breaks."""
    return " ".join(text.split())
