"""What `gate` does between its options and its verdict."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from gpuadvisor import __version__
from gpuadvisor.cli.gate_evidence import Evidence, collect
from gpuadvisor.cli.gate_revision import files_of, revision_of
from gpuadvisor.cli.gate_times import measured_facts, measured_on, stored_checks, time_checks
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.gating.baseline import Baseline, read_baseline, write_baseline
from gpuadvisor.gating.compare import Terms
from gpuadvisor.gating.history import append_run
from gpuadvisor.gating.initial import first_configuration
from gpuadvisor.gating.judging import Judgement, judge
from gpuadvisor.gating.reading import Loaded, load_configuration
from gpuadvisor.model.documents import write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import Check, GateReport
from gpuadvisor.model.machine import Tool


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """The options of `gpuadvisor gate`, as given."""

    config: Path | None = None
    patterns: tuple[str, ...] = ()
    """Only items that match one; all if empty."""
    base: str | None = None
    """A revision to compare with instead of the baseline."""
    history: Path | None = None
    """A database that the run is added to."""
    any_machine: bool = False
    """Whether to compare with times that were stored on another machine."""
    quiet: bool = False


def gate(request: GateRequest) -> GateReport:
    """Judge every item by its budgets and by the baseline, or by another revision."""
    loaded = load_configuration(request.config)
    with _device(loaded) as device:
        evidence = _look(loaded, request, device)
        if request.base is None:
            judgement = _by_baseline(loaded, request, evidence, device)
        else:
            judgement = _by_revision(loaded, request, evidence, device)
    report = GateReport(
        tool=Tool(version=__version__),
        created=dt.datetime.now(dt.UTC).replace(microsecond=0),
        device=evidence.device,
        compiler=evidence.compiler,
        verdict=judgement.verdict,
        checks=judgement.checks,
        advice=[advice for item in evidence.items for advice in item.advice],
        notes=judgement.notes,
    )
    if request.history is not None:
        append_run(request.history, report, evidence.items, revision_of(loaded.directory))
    return report


def agree(request: GateRequest) -> None:
    """Write what is true now into the baseline; with patterns only for the items that match."""
    loaded = load_configuration(request.config)
    path = _baseline_path(loaded)
    with _device(loaded) as device:
        evidence = _look(loaded, request, device)
        times = measured_facts(loaded, device, _console(request), _wanted(request))
        machine = measured_on(device) if times else None
    before = read_baseline(path) if request.patterns else None
    now = {item.name: item.facts | times.pop(item.name, {}) for item in evidence.items} | times
    baseline = Baseline(
        device=evidence.device,
        compiler=evidence.compiler,
        measured_on=machine or (before.measured_on if before else None),
        items={**(before.items if before else {}), **now},
    )
    if before is not None and before.compiler != baseline.compiler:
        raise GpuAdvisorError(
            f"holds facts of {before.compiler}, and this is {baseline.compiler}",
            where=str(path),
            remedy="update all items together: leave --only out",
        )
    changed = write_baseline(path, baseline)
    if not request.quiet:
        click.echo(f"{path}: {'written' if changed else 'unchanged'}, {len(baseline.items)} items", err=True)


def start(path: Path) -> None:
    """Write a first configuration; an existing one is left alone."""
    if path.exists():
        raise GpuAdvisorError(
            "exists already", where=str(path), remedy="remove it first, or name another file: --config FILE"
        )
    write(path, first_configuration(path.parent).encode())
    click.echo(f"{path}: written; now run `gpuadvisor gate --update` and commit both files", err=True)


@contextmanager
def _device(loaded: Loaded) -> Iterator[Device]:
    device = open_device(loaded.configuration.gate.device)
    try:
        yield device
    finally:
        device.close()


def _look(loaded: Loaded, request: GateRequest, device: Device) -> Evidence:
    """Return what is true of the items that were asked for."""
    evidence = collect(loaded, device, _console(request))
    items = [item for item in evidence.items if _matches(item.name, request.patterns)]
    scripts = [f"script:{script.name}" for script in loaded.configuration.script]
    if not items and not any(_matches(name, request.patterns) for name in scripts) and request.patterns:
        names = ", ".join([*(item.name for item in evidence.items), *scripts])
        raise GpuAdvisorError(
            f"no item matches {' or '.join(request.patterns)}", remedy=f"there are: {names}"
        )
    return replace(evidence, items=items)


def _by_baseline(loaded: Loaded, request: GateRequest, evidence: Evidence, device: Device) -> Judgement:
    path = _baseline_path(loaded)
    baseline = read_baseline(path)
    if baseline is None:
        judgement = _judge(loaded, evidence, None)
        note = f"{path} does not exist: judged by budgets alone; `gpuadvisor gate --update` writes it"
        return replace(judgement, notes=[*judgement.notes, note])
    if baseline.device != evidence.device:
        raise GpuAdvisorError(
            f"is of {baseline.device}, and the gate is of {evidence.device}",
            where=str(path),
            remedy="write a baseline of this device with `gpuadvisor gate --update`",
        )
    items = {name: facts for name, facts in baseline.items.items() if _matches(name, request.patterns)}
    timed: list[Check] = []
    if baseline.measured_on is not None:
        _refuse_other_machine(path, baseline.measured_on, device, request)
        timed = stored_checks(loaded, items, device, _console(request), _wanted(request))
    return _judge(loaded, evidence, replace(baseline, items=items), timed)


def _refuse_other_machine(path: Path, known: str, device: Device, request: GateRequest) -> None:
    here = measured_on(device)
    if known != here and not request.any_machine:
        raise GpuAdvisorError(
            f"holds times measured on {known}, and this is {here}",
            where=str(path),
            remedy="compare in one run with --base, measure here with --update, or insist with --any-machine",
        )


def _by_revision(loaded: Loaded, request: GateRequest, evidence: Evidence, device: Device) -> Judgement:
    assert request.base is not None
    with files_of(request.base, loaded.directory) as folder:
        there = replace(loaded, root=folder)
        before = _look(there, replace(request, patterns=()), device)
        items = {item.name: item.facts for item in before.items if _matches(item.name, request.patterns)}
        timed = time_checks(loaded, there, device, _console(request), _wanted(request))
    baseline = Baseline(device=before.device, compiler=before.compiler, items=items)
    return _judge(loaded, evidence, baseline, timed)


def _judge(
    loaded: Loaded, evidence: Evidence, baseline: Baseline | None, timed: Sequence[Check] = ()
) -> Judgement:
    tolerance = loaded.configuration.gate.tolerance
    terms = None
    if baseline is not None:
        terms = Terms(baseline=baseline, compiler=evidence.compiler, tolerance=tolerance)
    today = dt.datetime.now(dt.UTC).date()
    return judge(evidence.items, terms, loaded.configuration.accept, today, timed)


def _baseline_path(loaded: Loaded) -> Path:
    return loaded.directory / loaded.configuration.gate.baseline


def _console(request: GateRequest) -> Console:
    return Console(stderr=True, quiet=request.quiet, markup=False)


def _wanted(request: GateRequest) -> Callable[[str], bool]:
    return partial(_matches, patterns=request.patterns)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) or pattern in name for pattern in patterns)
