"""Where a verdict goes: standard output in one format, files in others."""

from collections.abc import Sequence
from pathlib import Path

from gpuadvisor.model.documents import write
from gpuadvisor.model.gate import GateReport


def show_gate(
    report: GateReport, *, form: str, written: Sequence[tuple[str, Path]], quiet: bool, verbose: bool
) -> None:
    """Write the verdict to the files, and to standard output unless `quiet`."""
    from gpuadvisor.cli.gate_github import tell_github
    from gpuadvisor.cli.output import write_document
    from gpuadvisor.reporting.gate import FORMATS, render_gate

    for each, path in written:
        write(path, FORMATS[each](report))
    tell_github(report, annotate=form != "github" and not quiet)
    if quiet:
        return
    if form == "text":
        render_gate(report, verbose=verbose)
    else:
        write_document(FORMATS[form](report))
