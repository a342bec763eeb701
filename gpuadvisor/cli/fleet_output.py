"""Where the document of a fleet goes: the terminal, standard output as JSON, a file."""

from pathlib import Path

from rich.console import Console

from gpuadvisor.cli.output import write_document
from gpuadvisor.model.documents import encode, write
from gpuadvisor.model.fleet import FleetReport
from gpuadvisor.reporting.terminal.fleet import render_fleet


def show_fleet(
    report: FleetReport, *, form: str, output: Path | None, verbose: bool = False, quiet: bool = False
) -> None:
    """Write the document to `output` if given, and the report to standard output unless `quiet`."""
    if output is not None:
        write(output, encode(report))
    if quiet:
        return
    if form == "json":
        write_document(encode(report))
    else:
        render_fleet(report, Console(), verbose=verbose)
