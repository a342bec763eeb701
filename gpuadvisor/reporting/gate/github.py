"""A verdict as workflow commands of GitHub Actions: annotations at source lines.

https://docs.github.com/actions: workflow commands, setting an error, warning or notice message.
"""

from gpuadvisor.model.gate import Check, GateReport, Outcome
from gpuadvisor.reporting.gate.places import relative_path
from gpuadvisor.reporting.gate.table import summary, worst_first
from gpuadvisor.reporting.gate.visible import visible

_COMMANDS: dict[Outcome, str] = {"fail": "error", "inconclusive": "warning", "improved": "notice"}


def github(report: GateReport) -> bytes:
    """Return a line for every finding, and one that sums up."""
    lines = [_line(check) for check in worst_first(visible(report)) if check.outcome in _COMMANDS]
    return "".join(f"{line}\n" for line in (*lines, summary(report))).encode()


def _line(check: Check) -> str:
    properties = {"title": f"{check.item}: {check.fact}"}
    if check.file:
        properties["file"] = relative_path(check.file)
    if check.line:
        properties["line"] = str(check.line)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[check.outcome]} {listed}::{_data(check.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
