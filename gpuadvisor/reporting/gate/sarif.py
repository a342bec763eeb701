"""A verdict as SARIF 2.1.0 (OASIS standard): findings at source lines, rule pages as their help.

A rule of the log is a fact that got worse, a budget that was not kept, or a page of advice.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from gpuadvisor.model.gate import Check, GateReport, Outcome
from gpuadvisor.model.report import Advice
from gpuadvisor.reporting.gate.places import fingerprint, relative_path
from gpuadvisor.reporting.gate.table import explaining

_LEVELS: dict[Outcome, str] = {"fail": "error", "inconclusive": "warning", "accepted": "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "gpuadvisorCheck/v1"


def sarif(report: GateReport) -> bytes:
    """Return the log; results have the same fingerprint from run to run, so that a host can track them."""
    checks = [check for check in report.checks if check.outcome in _LEVELS]
    ids = list(dict.fromkeys(map(_rule_id, checks)))
    driver = {
        "name": "gpuadvisor",
        "version": report.tool.version,
        "semanticVersion": report.tool.version,
        "rules": [_rule(each, next(c for c in checks if _rule_id(c) == each), report) for each in ids],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(check, ids, report) for check in checks],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def _rule_id(check: Check) -> str:
    return check.fact if check.kind == "advice" else f"{check.kind}/{check.fact}"


def _rule(identity: str, check: Check, report: GateReport) -> dict[str, Any]:
    advice = next((each for each in report.advice if each.rule == check.fact), None)
    if advice is None:
        short = {"text": f"{check.fact}: {_KINDS.get(check.kind, check.kind)}"}
        return {"id": identity, "name": identity, "shortDescription": short}
    return {
        "id": identity,
        "name": identity,
        "shortDescription": {"text": advice.title},
        "help": {"text": _plain(advice), "markdown": advice.change},
    }


_KINDS = {
    "baseline": "worse than the baseline",
    "budget": "a budget that was not kept",
    "time": "slower than the budget allows",
}


def _plain(advice: Advice) -> str:
    return "\n\n".join([advice.title, advice.change.strip(), *advice.references])


def _result(check: Check, ids: list[str], report: GateReport) -> dict[str, Any]:
    identity = _rule_id(check)
    result: dict[str, Any] = {
        "ruleId": identity,
        "ruleIndex": ids.index(identity),
        "level": _LEVELS[check.outcome],
        "message": {"text": f"{check.item}: {check.message}{_because(check, report)}"},
        "partialFingerprints": {_FINGERPRINT: fingerprint(check)},
    }
    if check.file:
        result["locations"] = [_location(check.file, check.line)]
    if check.outcome == "accepted":
        result["suppressions"] = [{"kind": "external", "justification": check.message}]
    return result


def _because(check: Check, report: GateReport) -> str:
    """Return the advice that explains the finding."""
    if check.kind == "advice":
        return ""
    return "".join(f"\n{advice.rule}: {advice.message}" for advice in explaining(check, report))


def _location(file: str, line: int | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(relative_path(file))}}
    if line:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}
