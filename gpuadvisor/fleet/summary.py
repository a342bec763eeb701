"""From the results of a fleet's GPUs to the fleet document. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isnan
from typing import NamedTuple

import msgspec
import numpy as np

from gpuadvisor import __version__
from gpuadvisor.fleet.advice import rule_about
from gpuadvisor.fleet.evidence import Evidence
from gpuadvisor.fleet.judging import LEAST_DEVICES, Deviation, oddities, slow, slow_threshold
from gpuadvisor.fleet.levels import LevelFigure, levels
from gpuadvisor.fleet.result import Result
from gpuadvisor.fleet.robust import Numbers
from gpuadvisor.model.fleet import Figure, FleetModel, FleetReport, FleetRow, Outlier
from gpuadvisor.model.machine import Tool


class _Probed(NamedTuple):
    place: int
    """Among all rows."""
    row: FleetRow
    evidence: Evidence


def summarise(results: Sequence[Result]) -> FleetReport:
    """Return the document: rows in the order given, each model's figures, and what stands out.

    GPUs are compared with others of their model only, and an emulated one never with a real one.
    """
    rows = [result.row for result in results]
    models: list[FleetModel] = []
    outliers: list[Outlier] = []
    for gpus in _by_model(results):
        if len(gpus) < LEAST_DEVICES:
            models.append(_model(gpus, judged=False))
            continue
        table = {
            figure: found
            for figure, found in levels([gpu.evidence for gpu in gpus]).items()
            if np.count_nonzero(~np.isnan(found)) >= LEAST_DEVICES
        }
        figures = {figure: _figure(figure, found, len(gpus) * len(table)) for figure, found in table.items()}
        models.append(_model(gpus, judged=True, figures=list(figures.values())))
        outliers += _outliers(gpus, table, figures)
        for gpu, row in zip(gpus, _with_levels(gpus, table), strict=True):
            rows[gpu.place] = row
    return FleetReport(
        tool=Tool(version=__version__),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=rows,
        models=models,
        outliers=sorted(outliers, key=lambda outlier: outlier.row),
    )


def _by_model(results: Sequence[Result]) -> list[list[_Probed]]:
    found: dict[tuple[str, str], list[_Probed]] = {}
    for place, result in enumerate(results):
        if result.evidence is not None:
            device = result.evidence.device
            gpu = _Probed(place, result.row, result.evidence)
            found.setdefault((device.kind, device.name), []).append(gpu)
    return list(found.values())


def _model(gpus: Sequence[_Probed], *, judged: bool, figures: Sequence[Figure] = ()) -> FleetModel:
    device = gpus[0].evidence.device
    drivers = Counter(gpu.row.driver_version for gpu in gpus if gpu.row.driver_version)
    return FleetModel(
        name=device.name,
        kind=device.kind,
        devices=len(gpus),
        judged=judged,
        figures=list(figures),
        drivers=dict(drivers.most_common()),
    )


def _figure(figure: LevelFigure, found: Numbers, comparisons: int) -> Figure:
    known = found[~np.isnan(found)]
    lowest, lower, upper, highest = np.quantile(known, [0, 0.25, 0.75, 1]).tolist()
    return Figure(
        name=figure.name,
        unit=figure.metric.unit,
        better=figure.metric.better,
        provenance=figure.metric.provenance,
        devices=len(known),
        lowest=lowest,
        lower_quartile=lower,
        upper_quartile=upper,
        highest=highest,
        threshold=slow_threshold(found, comparisons),
    )


def _outliers(
    gpus: Sequence[_Probed], table: dict[LevelFigure, Numbers], figures: dict[LevelFigure, Figure]
) -> list[Outlier]:
    deviations = list(oddities([gpu.row for gpu in gpus]))
    for figure, found in table.items():
        deviations += slow(figure, found, figures[figure].threshold)
    return [_outlier(gpus[deviation.number], deviation) for deviation in deviations]


def _outlier(gpu: _Probed, deviation: Deviation) -> Outlier:
    return Outlier(
        row=gpu.place,
        host=gpu.row.host,
        device=gpu.row.device,
        model=gpu.evidence.device.name,
        kind=deviation.kind,
        figure=deviation.figure,
        found=deviation.found,
        typical=deviation.typical,
        message=deviation.message,
        rule=rule_about(deviation.kind, deviation.figure, gpu.row.held_down_by),
    )


def _with_levels(gpus: Sequence[_Probed], table: dict[LevelFigure, Numbers]) -> list[FleetRow]:
    names = [figure.name for figure in table]
    columns = [found.tolist() for found in table.values()]
    by_gpu = zip(*columns, strict=True) if columns else ((),) * len(gpus)
    return [
        msgspec.structs.replace(
            gpu.row,
            levels={name: level for name, level in zip(names, found, strict=True) if not isnan(level)},
        )
        for gpu, found in zip(gpus, by_gpu, strict=True)
    ]
