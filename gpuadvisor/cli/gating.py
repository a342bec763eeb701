"""What `gate` does between its options and its verdict."""

import datetime as dt
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import click

from gpuadvisor import __version__
from gpuadvisor.cli.gate_evidence import Evidence, collect
from gpuadvisor.gating.baseline import Baseline, read_baseline, write_baseline
from gpuadvisor.gating.compare import Terms
from gpuadvisor.gating.initial import first_configuration
from gpuadvisor.gating.judging import judge
from gpuadvisor.gating.reading import Loaded, load_configuration
from gpuadvisor.model.documents import write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import GateReport
from gpuadvisor.model.machine import Tool


def gate(config: Path | None, patterns: Sequence[str], *, quiet: bool) -> GateReport:
    """Judge every item that matches a pattern, or every one."""
    loaded = load_configuration(config)
    evidence = _chosen(collect(loaded, quiet=quiet), patterns)
    baseline = _only(_baseline(loaded, evidence), patterns)
    terms = None if baseline is None else _terms(loaded, baseline, evidence)
    judgement = judge(evidence.items, terms, loaded.configuration.accept, dt.datetime.now(dt.UTC).date())
    notes = [*judgement.notes, *([] if terms else [_no_baseline(loaded)])]
    return GateReport(
        tool=Tool(version=__version__),
        device=loaded.configuration.gate.device,
        compiler=evidence.compiler,
        verdict=judgement.verdict,
        checks=judgement.checks,
        advice=[advice for item in evidence.items for advice in item.advice],
        notes=notes,
    )


def agree(config: Path | None, patterns: Sequence[str], *, quiet: bool) -> None:
    """Write what is true now into the baseline; with patterns only for the items that match."""
    loaded = load_configuration(config)
    path = _baseline_path(loaded)
    evidence = _chosen(collect(loaded, quiet=quiet), patterns)
    before = read_baseline(path) if patterns else None
    kept = {} if before is None else before.items
    now = {item.name: item.facts for item in evidence.items}
    baseline = Baseline(
        device=loaded.configuration.gate.device, compiler=evidence.compiler, items={**kept, **now}
    )
    if before is not None and before.compiler != baseline.compiler:
        raise GpuAdvisorError(
            f"holds facts of {before.compiler}, and this is {baseline.compiler}",
            where=str(path),
            remedy="update all items together: leave --only out",
        )
    changed = write_baseline(path, baseline)
    if not quiet:
        click.echo(f"{path}: {'written' if changed else 'unchanged'}, {len(baseline.items)} items", err=True)


def start(path: Path) -> None:
    """Write a first configuration; an existing one is left alone."""
    if path.exists():
        raise GpuAdvisorError(
            "exists already", where=str(path), remedy="remove it first, or name another file: --config FILE"
        )
    write(path, first_configuration(path.parent).encode())
    click.echo(f"{path}: written; now run `gpuadvisor gate --update` and commit both files", err=True)


def _terms(loaded: Loaded, baseline: Baseline, evidence: Evidence) -> Terms:
    tolerance = loaded.configuration.gate.tolerance
    return Terms(baseline=baseline, compiler=evidence.compiler, tolerance=tolerance)


def _baseline_path(loaded: Loaded) -> Path:
    return loaded.directory / loaded.configuration.gate.baseline


def _baseline(loaded: Loaded, evidence: Evidence) -> Baseline | None:
    path = _baseline_path(loaded)
    baseline = read_baseline(path)
    if baseline is not None and baseline.device != evidence.device:
        raise GpuAdvisorError(
            f"is of {baseline.device}, and the gate is of {evidence.device}",
            where=str(path),
            remedy="write a baseline of this device with `gpuadvisor gate --update`",
        )
    return baseline


def _no_baseline(loaded: Loaded) -> str:
    path = _baseline_path(loaded)
    return f"{path} does not exist: judged by budgets alone; `gpuadvisor gate --update` writes it"


def _chosen(evidence: Evidence, patterns: Sequence[str]) -> Evidence:
    if not patterns:
        return evidence
    items = [item for item in evidence.items if _matches(item.name, patterns)]
    if not items:
        names = ", ".join(item.name for item in evidence.items)
        raise GpuAdvisorError(f"no item matches {' or '.join(patterns)}", remedy=f"there are: {names}")
    return Evidence(items=items, device=evidence.device, compiler=evidence.compiler)


def _only(baseline: Baseline | None, patterns: Sequence[str]) -> Baseline | None:
    if baseline is None or not patterns:
        return baseline
    items = {name: facts for name, facts in baseline.items.items() if _matches(name, patterns)}
    return Baseline(device=baseline.device, compiler=baseline.compiler, items=items)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) or pattern in name for pattern in patterns)
