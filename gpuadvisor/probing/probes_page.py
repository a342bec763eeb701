"""Write docs/probes.md from the folders: `python -m gpuadvisor.probing.probes_page > docs/probes.md`."""

import sys
from collections.abc import Iterable

from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.declaration import MetricDeclaration, SweepDeclaration
from gpuadvisor.probing.expressions import Expression
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.steps_plan import needs_of
from gpuadvisor.probing.sweeps import points_of
from gpuadvisor.probing.vocabulary import observed_names

HEAD = """\
# Probes

Generated from the folders in `probes/`; regenerate it with

    python -m gpuadvisor.probing.probes_page > docs/probes.md

`gpuadvisor probe NAME` runs one; `gpuadvisor probes show NAME` prints its page. The columns *GPU* and
*emulated* say how a metric is obtained there; a dash says that it cannot be had. A value outside its bounds
makes the point not valid. Sweeps marked *quick* are what `gpuadvisor probe --quick` runs. How to write one:
[adding a probe](adding-a-probe.md).
"""
TIMES = {"seconds", "measured_seconds"}
Kinds = tuple[str, str]
"""How a number is obtained on a GPU and on an emulated device."""


def probes_document() -> str:
    """Return docs/probes.md."""
    probes = load_probes(None)
    contents = [f"- [{probe.name}](#{probe.name}): {probe.declaration.title}" for probe in probes]
    return "\n".join([HEAD, *contents, "", *map(_section, probes)])


def kinds(probe: Probe, metric: MetricDeclaration) -> Kinds:
    """Return how a metric is obtained on a GPU and on an emulated device; a dash where it is not."""
    found = [_kinds_of(probe, expression) for expression in metric.derived]
    gpu, emulated = ([kind for kind in column if kind != "-"] for column in zip(*found, strict=True))
    return (gpu or ["-"])[0], (emulated or ["-"])[0]


def _kinds_of(probe: Probe, expression: Expression) -> Kinds:
    names = _leaves(probe, expression)
    readings = {reading.name for sweep in probe.declaration.sweeps for reading in sweep.readings}
    if names & (readings | {"measured_seconds"}):
        return "measured", "-"
    if names & (observed_names(probe) - TIMES):
        return "-", "counted"
    return ("measured", "modelled") if "seconds" in names else ("compiled", "compiled")


def _leaves(probe: Probe, expression: Expression) -> set[str]:
    """Return the names of an expression, and those behind its definitions in any sweep."""
    scopes = [probe.declaration.define, *(sweep.define for sweep in probe.declaration.sweeps)]
    behind = [scope[name] for scope in scopes for name in expression.names if name in scope]
    return set(expression.names).union(*(_leaves(probe, each) for each in behind))


def _section(probe: Probe) -> str:
    folder = f"../probes/{probe.name}"
    metrics = (_metric_row(probe, metric) for metric in probe.declaration.metrics)
    sweeps = (_sweep_row(probe, sweep) for sweep in probe.declaration.sweeps)
    return "\n\n".join(
        [
            f"## {probe.name}",
            f"{probe.declaration.title} ([kernel]({folder}/kernel.cu), [declaration]({folder}/probe.toml)).",
            f"```text\n{probe.opening_comment}\n```",
            _table(["metric", "unit", "meaning", "bounds", "GPU", "emulated"], metrics),
            _table(["sweep", "meaning", "parameters", "quick"], sweeps),
            "",
        ]
    )


def _metric_row(probe: Probe, metric: MetricDeclaration) -> list[str]:
    bounds = [f"`{bound.text}`" if bound else "" for bound in (metric.minimum, metric.maximum)]
    between = " .. ".join(bounds) if any(bounds) else ""
    return [f"`{metric.name}`", metric.unit, metric.meaning, between, *kinds(probe, metric)]


def _sweep_row(probe: Probe, sweep: SweepDeclaration) -> list[str]:
    points = points_of(sweep)
    values = {name: dict.fromkeys(str(point[name]) for point in points) for name in points[0]}
    parameters = "; ".join(f"`{name}` {', '.join(taken)}" for name, taken in values.items())
    since = f" (compute capability {sweep.compute_capability / 10:.1f} and later)"
    needed = needs_of(probe, sweep)
    needs = f" (a GPU only: {', '.join(needed)})" if needed else ""
    meaning = sweep.meaning + (since if sweep.compute_capability else "") + needs
    return [f"`{sweep.name}`", meaning, parameters, "yes" if sweep.quick else ""]


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(probes_document())
