"""The readings of a probe as facts: `sectors_per_request[sweep=stride,width=4,stride=2]`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gpuadvisor.gating.facts import Known, rounded
from gpuadvisor.model.machine import Better, Metric, ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance


def probe_facts(result: ProbeResult) -> dict[str, Known]:
    """Return every reading at every valid point, by name."""
    return {
        _name(metric.name, point.parameters): _reading(metric, point)
        for metric in result.metrics
        for point in result.points
        if point.valid and metric.name in point.values
    }


def probe_directions(result: ProbeResult) -> dict[str, Better | None]:
    """Return in which direction each reading is better; None where it may not change at all."""
    return {
        _name(metric.name, point.parameters): metric.better
        for metric in result.metrics
        for point in result.points
    }


def readings_meant(fact: str, names: Iterable[str]) -> list[str]:
    """Return the readings that a budget's `metric` or `metric[stride=2]` stands for.

    They are those of the metric at all points that have the settings named.
    """
    metric, settings = _parts(fact)
    parts = {name: _parts(name) for name in names}
    return [name for name, (its, all_settings) in parts.items() if its == metric and settings <= all_settings]


def _name(metric: str, parameters: Mapping[str, object]) -> str:
    settings = ",".join(f"{name}={value}" for name, value in parameters.items())
    return f"{metric}[{settings}]"


def _parts(name: str) -> tuple[str, frozenset[str]]:
    metric, _, settings = name.partition("[")
    listed = settings.removesuffix("]").replace(" ", "").split(",")
    return metric, frozenset(filter(None, listed))


def _reading(metric: Metric, point: ProbePoint) -> Known:
    value = point.values[metric.name]
    known = rounded(Known(value, metric.unit, metric.provenance))
    whole = metric.provenance is not Provenance.MODELLED and value.is_integer()
    return replace(known, value=int(value)) if whole else known
