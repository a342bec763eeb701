"""How good a GPU is beside the others of its model: one number per metric of a probe."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gpuadvisor.fleet.evidence import Column, Compared, Evidence, Layout, columns
from gpuadvisor.fleet.robust import Numbers, median


class LevelFigure(NamedTuple):
    """A metric of a probe, over all its points."""

    probe: str
    metric: Compared

    @property
    def name(self) -> str:
        """As `occupancy.bandwidth`."""
        return f"{self.probe}.{self.metric.name}"


def levels(model: Sequence[Evidence]) -> dict[LevelFigure, Numbers]:
    """Return, for each figure, the level of each GPU of a model: shape (GPUs,), NaN where there is none.

    At every point a GPU's value is divided by the median over the GPUs (or that by the value, where lower is
    better); its level is the median of these quotients. So every point counts alike, whatever its size, and
    neither a few odd GPUs nor a few odd points move it.
    """
    found, values = _table(model)
    if not found:
        return {}
    lower = np.array([column.metric.better == "lower" for column in found])
    typical = median(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients = np.where(lower, typical / values, values / typical)
    quotients[~np.isfinite(quotients)] = np.nan
    figures = [LevelFigure(column.probe, column.metric) for column in found]
    return {
        figure: median(quotients[:, [each == figure for each in figures]], axis=1)
        for figure in dict.fromkeys(figures)
    }


def _table(model: Sequence[Evidence]) -> tuple[list[Column], Numbers]:
    """Return all columns that any GPU has and the values: shape (GPUs, columns), NaN where there is none."""
    groups: dict[tuple[Layout, ...], list[int]] = {}
    for number, each in enumerate(model):
        groups.setdefault(each.layout, []).append(number)
    found = {layout: list(columns(layout)) for layout in groups}
    distinct = dict.fromkeys(column for each in found.values() for column in each)
    places = {column: place for place, column in enumerate(distinct)}
    values = np.full((len(model), len(places)), np.nan)
    for layout, numbers in groups.items():
        where = [places[column] for column in found[layout]]
        values[np.ix_(numbers, where)] = [model[number].values for number in numbers]
    return list(places), values
