"""A verdict as Markdown, for the comment on a pull request."""

from collections.abc import Iterator

from gpuadvisor.model.gate import Check, GateReport, Outcome
from gpuadvisor.model.report import Advice
from gpuadvisor.reporting.gate.table import explaining, one_line, plain, summary, worst_first
from gpuadvisor.reporting.gate.visible import visible

_SIGNS: dict[Outcome, str] = {
    "fail": "\N{CROSS MARK}",
    "inconclusive": "\N{WHITE QUESTION MARK ORNAMENT}",
    "accepted": "\N{WAVY DASH}",
    "improved": "\N{WHITE HEAVY CHECK MARK}",
    "changed": "\N{INFORMATION SOURCE}",
    "pass": "\N{WHITE HEAVY CHECK MARK}",
}
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~"})


def markdown(report: GateReport) -> bytes:
    """Return the table of what changed, and the advice that explains it."""
    return "".join(_parts(visible(report))).encode()


def _parts(report: GateReport) -> Iterator[str]:
    yield f"## gpuadvisor gate: {summary(report)}\n\n"
    shown = [check for check in worst_first(report) if check.outcome != "pass"]
    if shown:
        yield "| | item | fact | before | after | change |\n|---|---|---|---:|---:|---|\n"
        yield from (_row(check) for check in shown)
        yield "\n"
    yield from _advice(report, shown)
    for note in report.notes:
        yield f"> {_text(note)}\n\n"
    compiler = f", {report.compiler}" if report.compiler else ""
    yield f"<sub>gpuadvisor {report.tool.version}, {report.device}{compiler}</sub>\n"


def _row(check: Check) -> str:
    before, after = plain(check.before), plain(check.after)
    arrow, message = _arrow(check), check.message.removeprefix(f"{check.fact} ")
    provenance = f" ({check.provenance})" if check.provenance else ""
    cells = (_SIGNS[check.outcome], _text(check.item), _text(check.fact), before, after)
    return f"| {' | '.join(cells)} | {arrow}{_text(message)}{provenance} |\n"


def _arrow(check: Check) -> str:
    before, after = check.before, check.after
    if not isinstance(before, int | float) or not isinstance(after, int | float) or before == after:
        return ""
    return "\N{UPWARDS ARROW} " if after > before else "\N{DOWNWARDS ARROW} "


def _advice(report: GateReport, shown: list[Check]) -> Iterator[str]:
    """Yield the advice that explains what failed, each once, folded."""
    told: list[Advice] = []
    for advice in (each for check in shown for each in explaining(check, report)):
        if advice not in told:
            told.append(advice)
            title = f"<b>{_text(advice.rule)}</b>: {_text(advice.message)}"
            yield f"<details><summary>{title}</summary>\n\n{advice.change.strip()}\n\n</details>\n\n"


def _text(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return one_line(text).translate(_SPECIAL)
