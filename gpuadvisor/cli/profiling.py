"""What `profile` does between its options and its exit code.

Nothing that the program might want to be first to import is imported before it has run.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from gpuadvisor.cli.garbage import PYTHONS, collect_at_end
from gpuadvisor.devices.nvml import open_nvml
from gpuadvisor.live.program import Program
from gpuadvisor.live.recorders import Way
from gpuadvisor.live.session import Recording, Run, record
from gpuadvisor.live.steps import StepLimits
from gpuadvisor.model.errors import GpuAdvisorError

if TYPE_CHECKING:
    from gpuadvisor.model.machine import MachineProfile
    from gpuadvisor.model.timeline import TimelineProfile


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of the command."""

    program: str
    arguments: Sequence[str]
    is_module: bool
    wait: int
    steps: int
    shapes: bool
    way: str | None
    output: Path | None
    trace: Path | None
    rule_packs: Sequence[Path]
    verbose: bool
    quiet: bool


def profile(request: Request) -> int:
    """Run, record, report; return the program's exit code.

    Raises GpuAdvisorError where the program ended well and nothing could be recorded.
    """
    for path in (request.output, request.trace):
        _check_folder(path)
    collect_at_end()
    run = record(
        Program(name=request.program, arguments=request.arguments, is_module=request.is_module),
        Recording(
            limits=StepLimits(wait=request.wait, steps=request.steps),
            trace=None if request.trace is None else request.trace.absolute(),
            shapes=request.shapes,
            way=cast("Way | None", request.way),
            collector=PYTHONS,
        ),
        open_nvml(),
    )
    sys.stdout.flush()
    _tell(request, run)
    return run.ending.exit_code


def _check_folder(path: Path | None) -> None:
    """Refuse, before the program has run for hours, a place that cannot be written to."""
    if path is not None and not path.absolute().parent.is_dir():
        raise GpuAdvisorError("no such folder", where=str(path.parent))


def _tell(request: Request, run: Run) -> None:
    if run.timeline is None:
        _tell_nothing(request, run)
        return
    if run.ending.interrupted:
        click.echo("gpuadvisor: interrupted; this is what was recorded until then", err=True)
    for remark in run.remarks:
        click.echo(f"gpuadvisor: {remark}", err=True)
    _report(request, run.timeline)


def _tell_nothing(request: Request, run: Run) -> None:
    reason = f"nothing was recorded: {'; '.join(run.remarks)}"
    if run.ending.exit_code == 0:
        raise GpuAdvisorError(reason, where=request.program)
    click.echo(f"gpuadvisor: {request.program}: {reason}", err=True)


def _report(request: Request, timeline: "TimelineProfile") -> None:
    from gpuadvisor.advising.rules import load_rules
    from gpuadvisor.cli.output import show
    from gpuadvisor.cli.report_building import build_report
    from gpuadvisor.model.documents import encode, write

    if request.output is not None:
        write(request.output, encode(timeline))
    report = build_report(_machine(timeline), [], load_rules(request.rule_packs), [timeline])
    show(report, form="text", output=None, probes=False, verbose=request.verbose, quiet=request.quiet)


def _machine(timeline: "TimelineProfile") -> "MachineProfile | None":
    """Return the last probe, if it was of such a GPU as the program used."""
    from gpuadvisor.probing.store import last_profile

    last = last_profile(None)
    used = {device.name for device in timeline.devices}
    return last if last is not None and last.device.name in used else None
