"""A verdict on a terminal: what failed first, then what changed, then one line that sums up."""

from collections import Counter
from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gpuadvisor.model.gate import Check, GateReport, Outcome
from gpuadvisor.model.report import Advice
from gpuadvisor.reporting.gate.table import explaining
from gpuadvisor.reporting.gate.visible import visible

_ORDER: tuple[Outcome, ...] = ("fail", "inconclusive", "accepted", "improved", "changed", "pass")
_MARKS: dict[Outcome, tuple[str, str]] = {
    "fail": ("x", "bold red"),
    "inconclusive": ("?", "yellow"),
    "accepted": ("~", "dim"),
    "improved": ("+", "green"),
    "changed": ("i", "cyan"),
    "pass": (".", "dim"),
}
_WORDS: dict[Outcome, str] = {
    "fail": "failed",
    "inconclusive": "inconclusive",
    "accepted": "accepted",
    "improved": "improved",
}
_QUIET: frozenset[Outcome] = frozenset({"pass", "accepted"})
"""Shown only when asked for everything."""
_VERDICTS = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def render_gate(report: GateReport, *, verbose: bool = False, console: Console | None = None) -> None:
    """Print the verdict; `verbose` adds the checks that passed or are accepted."""
    console, report = console or Console(), visible(report)
    shown = [check for check in report.checks if verbose or check.outcome not in _QUIET]
    for item, checks in _by_item(shown):
        _render_item(console, item, checks, report)
    for note in report.notes:
        console.print(Text(f"note: {note}", style="dim"))
    console.print(_summary(report))


def text(report: GateReport) -> bytes:
    """Return the whole verdict as plain text."""
    console = Console(file=StringIO(), width=110)
    render_gate(report, verbose=True, console=console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().encode()


def _by_item(checks: Sequence[Check]) -> list[tuple[str, list[Check]]]:
    """Return the checks of each item, worst first, the items with the worst first."""
    groups: dict[str, list[Check]] = {}
    for check in sorted(checks, key=lambda check: _ORDER.index(check.outcome)):
        groups.setdefault(check.item, []).append(check)
    return list(groups.items())


def _render_item(console: Console, item: str, checks: Sequence[Check], report: GateReport) -> None:
    place = next((f"  {check.file}:{check.line}" for check in checks if check.file and check.line), "")
    console.print(Text.assemble((item, "bold"), (place, "dim")), soft_wrap=True)
    for check in checks:
        mark, style = _MARKS[check.outcome]
        provenance = f"  [{check.provenance}]" if check.provenance else ""
        line = Text.assemble((f"{mark} ", style), check.message, (provenance, "dim"))
        console.print(Padding(line, (0, 0, 0, 2)))
    told: list[Advice] = []
    for each in (advice for check in checks for advice in explaining(check, report)):
        if each not in told:
            told.append(each)
            line = Text.assemble((f"{each.rule}: ", "bold"), each.message)
            console.print(Padding(line, (0, 0, 0, 4)))


def _summary(report: GateReport) -> Text:
    counts = Counter(check.outcome for check in report.checks)
    items = {check.item for check in report.checks if check.outcome == "fail"}
    parts = [f"{counts[outcome]} {word}" for outcome, word in _WORDS.items() if counts[outcome]]
    where = f" in {len(items)} item{'s' if len(items) != 1 else ''}" if items else ""
    text = f": {', '.join(parts)}{where}" if parts else ": nothing got worse"
    return Text.assemble((report.verdict.upper(), _VERDICTS[report.verdict]), text)
