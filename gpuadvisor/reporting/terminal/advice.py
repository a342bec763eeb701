"""Advice, the largest gain first, and the rules that could not be judged."""

from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gpuadvisor.model.report import Advice, Gain, Report, Subject
from gpuadvisor.reporting.numbers import magnitude
from gpuadvisor.reporting.terminal.prose import prose

NOTEWORTHY_GAIN = 1.02
_STYLES = {"high": "bold red", "medium": "bold yellow", "low": "cyan"}


def render_advice(report: Report, console: Console, *, verbose: bool) -> None:
    """Print each piece of advice; what to change is printed once per rule."""
    console.print()
    if not report.advice:
        console.print(Text("No advice: every rule that could be judged is clear.", style="bold green"))
        return
    count = len(report.advice)
    console.print(
        Text(f"Advice: {count} {'piece' if count == 1 else 'pieces'}, largest gain first", style="bold")
    )
    explained: set[str] = set()
    for number, advice in enumerate(report.advice, 1):
        _render_one(number, advice, console)
        if advice.rule not in explained:
            explained.add(advice.rule)
            change = advice.change if verbose else _first_paragraph(advice.change)
            console.print(Padding(prose(change), (0, 0, 0, 5)))
            console.print(Text(f"     more: gpuadvisor rules show {advice.rule}", style="dim"))


def render_not_evaluated(report: Report, console: Console, *, verbose: bool) -> None:
    """Print what was missing for the rules that could not be judged."""
    if not report.not_evaluated:
        return
    console.print()
    rules = {entry.rule for entry in report.not_evaluated}
    missing = Counter(fact for entry in report.not_evaluated for fact in dict.fromkeys(entry.missing))
    facts = ", ".join(fact for fact, _ in missing.most_common(None if verbose else 4))
    more = "" if verbose or len(missing) <= 4 else f" and {len(missing) - 4} more (--verbose)"
    console.print(Text(f"Not evaluated: {len(rules)} rules; missing {facts}{more}", style="dim"))
    if verbose:
        for entry in report.not_evaluated:
            console.print(
                Text(f"  {entry.rule} on {_where(entry.subject)}: {', '.join(entry.missing)}", style="dim")
            )


def _render_one(number: int, advice: Advice, console: Console) -> None:
    console.print()
    heading = (f"{number:3}. ", (advice.severity, _STYLES[advice.severity]), "  ", (advice.title, "bold"))
    console.print(Text.assemble(*heading))
    console.print(Text(f"     {_where(advice.subject)}", style="cyan"))
    console.print(Padding(Text(_message(advice)), (0, 0, 0, 5)))
    if advice.gain is not None:
        console.print(
            Padding(Text(_gain(advice.gain, advice.subject), style="green"), (0, 0, 0, 5), expand=False)
        )
    for provenance, evidence in _evidence(advice).items():
        console.print(Padding(Text(f"{provenance}: {evidence}", style="dim"), (0, 0, 0, 5)))


def _message(advice: Advice) -> str:
    """Return the message without the place or kernel it begins with: that has been printed."""
    subject = advice.subject
    places = (f"{subject.file}:{subject.line}: ", f"{subject.kernel}: ", f"{subject.file}: ")
    opening = next((place for place in places if advice.message.startswith(place)), "")
    rest = advice.message.removeprefix(opening)
    return rest[:1].upper() + rest[1:]


def _evidence(advice: Advice) -> dict[str, str]:
    """Return the figures behind the advice by provenance; names and yes-or-no facts speak in the message."""
    groups: dict[str, list[str]] = {}
    for name, item in advice.evidence.items():
        if isinstance(item.value, int | float) and not isinstance(item.value, bool):
            words = name.removeprefix(f"{advice.subject.kind}.").removesuffix("_bytes")
            words = words.replace("_", " ").replace(".", " ")
            groups.setdefault(item.provenance, []).append(f"{words} {magnitude(item.value, item.unit)}")
    return {provenance: ", ".join(figures) for provenance, figures in groups.items()}


def _gain(gain: Gain, subject: Subject) -> str:
    if gain.expected == 1 and subject.kind == "timeline":
        return (
            f"up to {gain.high:.2f}x faster, the recording does not tell how much of it ({gain.provenance})"
        )
    if gain.expected < NOTEWORTHY_GAIN:
        return f"up to {gain.high:.2f}x faster, little expected ({gain.provenance})"
    bounds = f"{gain.expected:.2f}x faster expected, {gain.low:.2f} to {gain.high:.2f} ({gain.provenance})"
    if gain.saved_seconds is None or gain.saved_fraction is None:
        return bounds
    saved = magnitude(gain.saved_seconds, "s"), magnitude(gain.saved_fraction, "fraction")
    return f"{bounds}; saves {saved[0]}, {saved[1]} of the run"


def _where(subject: Subject) -> str:
    place = "" if subject.file is None else subject.file
    if subject.line is not None:
        place += f":{subject.line}"
    return " in ".join(part for part in (place, subject.kernel or subject.device) if part) or subject.kind


def _first_paragraph(markdown: str) -> str:
    return markdown.strip().split("\n\n", 1)[0]
