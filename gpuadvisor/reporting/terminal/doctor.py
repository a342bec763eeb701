"""The doctor's report: what the machine can answer, then every part, one line each with its remedy."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.doctor import Answer, DoctorReport, Part

STYLES = {"ok": "green", "warning": "yellow", "missing": "red"}
OPTIONAL = "dim"
REMEDY = "    mend it: "


def render_doctor(report: DoctorReport, console: Console) -> None:
    """Print the parts by group, then the questions, then the sum."""
    width = max(len(part.title) for part in report.parts)
    for group, parts in groupby(report.parts, key=lambda part: part.group):
        console.print(Text(group, style="bold"))
        for part in parts:
            _render_part(part, width, console)
        console.print()
    _render_answers(report.answers, console)
    console.print(Text(f"\n{_sum(report)}", style="dim"))


def _render_part(part: Part, width: int, console: Console) -> None:
    style = OPTIONAL if part.optional and part.status == "missing" else STYLES[part.status]
    head = Text.assemble("  ", (f"{part.status:7}", style), f"  {part.title:{width}}  ")
    console.print(_hanging(head, Text(part.summary, style=OPTIONAL if style == OPTIONAL else "")))
    if part.remedy:
        indent = Text(" " * (width + 13))
        console.print(_hanging(indent, Text(part.remedy, style=OPTIONAL if style == OPTIONAL else "cyan")))


def _render_answers(answers: Sequence[Answer], console: Console) -> None:
    console.print(Text("What this machine can answer", style="bold"))
    for answer in answers:
        head = Text.assemble("  ", (f"{answer.status:7}", STYLES[answer.status]), "  ")
        lacks = Text(f"  (see {', '.join(answer.lacks)})" if answer.lacks else "")
        words = Text.assemble(answer.question, "  ", (answer.command, "cyan"), lacks)
        console.print(_hanging(head, words))


def _hanging(head: Text, words: Text) -> Table:
    """Return a line that goes on below its words, not below its head, where the terminal is narrow."""
    table = Table.grid()
    table.add_column(width=len(head.plain), no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(head, words)
    return table


def _sum(report: DoctorReport) -> str:
    counts = ", ".join(f"{_count(report.parts, status)} {status}" for status in STYLES)
    return f"{counts}; looked at in {report.seconds:.1f} s"


def _count(parts: Iterable[Part], status: str) -> int:
    return sum(part.status == status for part in parts)
