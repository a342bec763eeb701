"""`gpuadvisor probes`: the catalogue of probes, and one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gpuadvisor.cli.options import FORMAT, PROBE_DIRECTORIES

if TYPE_CHECKING:
    from gpuadvisor.probing.declaration import SweepDeclaration
    from gpuadvisor.probing.probe import Probe


@click.group(name="probes")
def command() -> None:
    """List and show the probes."""


@command.command(name="list")
@FORMAT
@PROBE_DIRECTORIES
def list_probes(form: str, directories: tuple[Path, ...]) -> None:
    """List every probe: its name and title."""
    from gpuadvisor.probing.catalogue import load_probes

    probes = load_probes(None, directories)
    if form == "json":
        click.echo(json.dumps([_head(probe) for probe in probes], indent=2))
        return
    width = max(len(probe.name) for probe in probes)
    for probe in probes:
        click.echo(f"{probe.name:{width}}  {probe.declaration.title}")


@command.command(name="show")
@click.argument("name")
@FORMAT
@PROBE_DIRECTORIES
def show_probe(name: str, form: str, directories: tuple[Path, ...]) -> None:
    """Show one probe: the mechanism it isolates, what can fool it, its sweeps and metrics."""
    from gpuadvisor.probing.catalogue import load_probes

    probe = load_probes([name], directories)[0]
    if form == "json":
        click.echo(json.dumps(_whole(probe), indent=2))
    else:
        _print_page(probe)


def _head(probe: Probe) -> dict[str, Any]:
    return {"name": probe.name, "title": probe.declaration.title, "path": str(probe.folder)}


def _whole(probe: Probe) -> dict[str, Any]:
    declaration = probe.declaration
    return _head(probe) | {
        "comment": probe.opening_comment,
        "metrics": [
            {"name": metric.name, "unit": metric.unit, "meaning": metric.meaning}
            for metric in declaration.metrics
        ],
        "sweeps": [
            {"name": sweep.name, "meaning": sweep.meaning, "parameters": _parameters(sweep)}
            for sweep in declaration.sweeps
        ],
    }


def _parameters(sweep: SweepDeclaration) -> dict[str, list[int]]:
    """Return the values that each parameter of a sweep takes, in the order they first appear."""
    from gpuadvisor.probing.sweeps import points_of

    points = points_of(sweep)
    return {name: list(dict.fromkeys(point[name] for point in points)) for name in points[0]}


def _print_page(probe: Probe) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    console.print(Text(probe.declaration.title, style="bold"))
    console.print(Text(f"{probe.name}, {probe.folder}", style="cyan"))
    console.print(Text(f"\n{probe.opening_comment}"))
    console.print(Text("\nMetrics", style="bold"))
    for metric in probe.declaration.metrics:
        console.print(Text.assemble(f"  {metric.name} ", (f"({metric.unit})", "dim"), f"  {metric.meaning}"))
    console.print(Text("\nSweeps", style="bold"))
    for sweep in probe.declaration.sweeps:
        console.print(Text(f"  {sweep.name}  {sweep.meaning}"))
        for name, values in _parameters(sweep).items():
            console.print(Text(f"    {name}: {', '.join(map(str, values))}", style="dim"))
