"""A verdict as GitLab's code-quality report (GitLab documentation: Code Quality, implement a custom tool)."""

from typing import Any

import msgspec

from gpuadvisor.model.gate import Check, GateReport, Outcome
from gpuadvisor.reporting.gate.places import fingerprint, relative_path
from gpuadvisor.reporting.gate.table import worst_first

_SEVERITIES: dict[Outcome, str] = {"fail": "major", "inconclusive": "minor", "accepted": "info"}


def gitlab(report: GateReport) -> bytes:
    """Return an array of findings; one without a place stands at the start of the configuration."""
    found = [_finding(check) for check in worst_first(report) if check.outcome in _SEVERITIES]
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _finding(check: Check) -> dict[str, Any]:
    file, line = (check.file, check.line or 1) if check.file else ("gpuadvisor.toml", 1)
    return {
        "description": f"{check.item}: {check.message}",
        "check_name": check.fact or check.kind,
        "fingerprint": fingerprint(check),
        "severity": _SEVERITIES[check.outcome],
        "location": {"path": relative_path(file), "lines": {"begin": line}},
    }
