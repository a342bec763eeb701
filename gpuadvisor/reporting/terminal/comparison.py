"""What the machine reached beside what it should, where its curves bend, and what is not to be believed."""

from collections.abc import Collection, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gpuadvisor.model.comparison import Knee, MachineComparison, Resource, ResourceGroup, Suspect
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.reporting.numbers import decimal, percent, plain, quantity
from gpuadvisor.reporting.terminal.roofline import render_roofline

TITLES: dict[ResourceGroup, str] = {
    "bandwidth": "bandwidth",
    "latency": "latency",
    "throughput": "throughput",
    "atomics": "atomics",
    "launch": "launch",
    "transfers": "transfers",
}
LOW = 0.8
"""A share below this of what the hardware allows is marked."""
HIGH = 1.2
"""And so is a latency above this."""

PUBLISHED = "~"
"""Marks what follows from no clock or width."""
MODELLED = (
    "Modelled figures follow from the data sheet: they say what the model assumes, not what a GPU does."
)


def render_comparison(comparison: MachineComparison, console: Console) -> None:
    """Print the resources, the roofline, the knees and the suspects, as far as there are any."""
    if comparison.resources:
        _render_resources(comparison.resources, console)
    if comparison.roofline is not None:
        render_roofline(comparison.roofline, console)
    if comparison.knees:
        _render_knees(comparison.knees, console)
    if comparison.suspects:
        _render_suspects(comparison.suspects, console)


def _render_resources(resources: Sequence[Resource], console: Console) -> None:
    console.print()
    origins = {resource.provenance for resource in resources}
    console.print(Text.assemble(("Achieved against theory", "bold"), (_all(origins), "dim")))
    if Provenance.MODELLED in origins:
        console.print(Padding(Text(MODELLED, style="yellow"), (0, 0, 0, 2)))
    console.print(_table(resources, marked=len(origins) > 1))
    if any(each.expected is not None and each.expected.kind == "published" for each in resources):
        console.print(Text(f"  {PUBLISHED} what others have measured on this model", style="dim"))


def _all(origins: Collection[Provenance]) -> str:
    """Return the one origin of all figures; nothing where there are several."""
    return f"  {next(iter(origins))}" if len(origins) == 1 else ""


def _table(resources: Sequence[Resource], *, marked: bool) -> Table:
    """Return a row for each resource under the heading of its group; `marked` says where each is from."""
    table = Table("", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("achieved", "should be", "share", "at its clock", ""):
        table.add_column(heading, justify="right")
    table.add_column("", style="dim")
    group: ResourceGroup | None = None
    for resource in resources:
        if resource.group != group:
            group = resource.group
            table.add_row(Text(f"  {TITLES[group]}", style="dim"))
        table.add_row(*_row(resource), resource.provenance if marked else "")
    return table


def _row(resource: Resource) -> tuple[Text, ...]:
    title, expected = Text(f"    {resource.title}"), Text(_expected(resource), style="dim")
    if resource.achieved is None:
        return title, Text("suspect", style="bold red"), expected, Text(""), Text(""), Text("")
    return (
        title,
        Text(_figure(resource, resource.achieved)),
        expected,
        _share(resource, resource.share),
        _share(resource, resource.share_at_clock),
        Text("" if resource.rate is None else _rate(resource.rate, resource.rate_unit), style="dim"),
    )


def _rate(value: float, unit: str) -> str:
    return decimal(value, unit.replace("bytes", "B").replace("operations", "op"))


def _figure(resource: Resource, value: float) -> str:
    counted, per, _ = resource.unit.partition(" per clock")
    if not per:
        return quantity(value, resource.unit)
    return f"{plain(value)} B/clock" if counted == "bytes" else f"{plain(value)}/clock"


def _expected(resource: Resource) -> str:
    if resource.expected is None:
        return ""
    mark = PUBLISHED if resource.expected.kind == "published" else ""
    return f"{mark}{_figure(resource, resource.expected.value)}"


def _share(resource: Resource, share: float | None) -> Text:
    if share is None:
        return Text("")
    odd = share > HIGH if resource.better == "lower" else share < LOW
    return Text(percent(share), style="yellow" if odd else "")


def _render_knees(knees: Sequence[Knee], console: Console) -> None:
    console.print()
    origins = {knee.provenance for knee in knees}
    console.print(Text.assemble(("Where curves bend", "bold"), (_all(origins), "dim")))
    for knee in knees:
        origin = f"  {knee.provenance}" if len(origins) > 1 else ""
        console.print(Padding(Text.assemble(knee.text, (origin, "dim")), (0, 0, 0, 2)))


def _render_suspects(suspects: Sequence[Suspect], console: Console) -> None:
    console.print()
    console.print(Text("Suspect: shown, but used for nothing", style="bold red"))
    for suspect in suspects:
        words = f"{suspect.probe}: {suspect.suspect} of {suspect.points} points: {'; '.join(suspect.reasons)}"
        console.print(Padding(Text(words, style="red"), (0, 0, 0, 2)))
