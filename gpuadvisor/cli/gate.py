"""`gpuadvisor gate`: budgets and a baseline, and an exit code that CI believes."""

from pathlib import Path

import click

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.options import QUIET, VERBOSE

_PATH = click.Path(path_type=Path)
FORMATS = ("text", "json", "markdown", "junit", "sarif", "github", "gitlab")


def _written(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> list[tuple[str, Path]]:
    """Read `--write FORMAT=FILE`."""
    found = []
    for text in given:
        form, equals, file = text.partition("=")
        if form not in FORMATS or not equals or not file:
            raise click.BadParameter(f"{text!r} is not FORMAT=FILE; formats: {', '.join(FORMATS)}")
        found.append((form, Path(file)))
    return found


@click.command(name="gate")
@click.option("--config", type=_PATH, metavar="FILE",
              help="The configuration  [default: gpuadvisor.toml, or pyproject.toml]")  # fmt: skip
@click.option("--init", is_flag=True, help="Write a commented first gpuadvisor.toml for the sources here.")
@click.option("--update", is_flag=True, help="Agree to what is true now: write the baseline, judge nothing.")
@click.option("--base", metavar="REVISION", help="Compare with this git revision, not with the baseline.")
@click.option("--any-machine", is_flag=True, help="Compare with times stored on another machine, too.")
@click.option(
    "--only", "patterns", multiple=True, metavar="PATTERN", help="Only items that match; repeatable."
)
@click.option("--inconclusive", type=click.Choice(["fail", "pass"]), default="fail", show_default=True,
              help="What an inconclusive verdict ends in: exit 3, or 0.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--write", "written", multiple=True, callback=_written, metavar="FORMAT=FILE",
              help="Also write the verdict in this format; repeatable.")  # fmt: skip
@click.option(
    "--history", type=_PATH, metavar="DB", help="Add the run to this database (`gpuadvisor history`)."
)
@QUIET
@VERBOSE
def command(
    config: Path | None,
    init: bool,
    update: bool,
    base: str | None,
    any_machine: bool,
    patterns: tuple[str, ...],
    inconclusive: str,
    form: str,
    written: list[tuple[str, Path]],
    history: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Judge kernels, probes and scripts by budgets and by what they were, and fail if they got worse.

    The exit code is 0 for a pass, 1 for a failure, 2 for wrong input and 3 where nothing can be said.
    Counted and compiled facts are exact and need no GPU. Times of scripts, and on a GPU of kernels, are
    compared with --base in turns, which needs no quiet machine, or with those that --update stored here.
    """
    from gpuadvisor.cli.gate_output import show_gate
    from gpuadvisor.cli.gating import GateRequest, agree, gate, start

    request = GateRequest(
        config=config,
        patterns=patterns,
        base=base,
        history=history,
        any_machine=any_machine,
        quiet=quiet,
    )
    if init:
        start(config or Path("gpuadvisor.toml"))
        return ExitCode.OK
    if update:
        agree(request)
        return ExitCode.OK
    report = gate(request)
    show_gate(report, form=form, written=written, quiet=quiet, verbose=verbose)
    if report.verdict == "inconclusive":
        return ExitCode.INCONCLUSIVE if inconclusive == "fail" else ExitCode.OK
    return ExitCode.GATE_FAILED if report.verdict == "fail" else ExitCode.OK
