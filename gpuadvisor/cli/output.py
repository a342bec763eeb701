"""Where a report goes: the terminal, standard output as JSON, a file."""

import sys
from pathlib import Path

from rich.console import Console

from gpuadvisor.model.documents import encode, write
from gpuadvisor.model.report import Report
from gpuadvisor.reporting.terminal import render

_CONTROL = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")}
_VISIBLE = dict.fromkeys(_CONTROL, "\N{REPLACEMENT CHARACTER}")
"""A source is printed as text: escapes in it do not reach the terminal."""


def show(
    report: Report,
    *,
    form: str,
    output: Path | None,
    probes: bool = True,
    verbose: bool = False,
    quiet: bool = False,
) -> None:
    """Write the document to `output` if given, and the report to standard output unless `quiet`.

    As text, without `probes`, the machine is only named.
    """
    if output is not None:
        write(output, encode(report))
    if quiet:
        return
    if form == "json":
        write_document(encode(report))
    else:
        render(report, Console(), _sources(report), probes=probes, verbose=verbose)


def write_document(content: bytes) -> None:
    """Write an encoded document to standard output, whatever the locale's encoding."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _sources(report: Report) -> dict[str, str]:
    """Read the source files that the report speaks of, where they are at hand."""
    names = {line.file for kernel in report.kernels for line in (*kernel.lines, *(kernel.findings or ()))}
    return {
        name: Path(name).read_text(errors="replace").translate(_VISIBLE)
        for name in names
        if Path(name).is_file()
    }
