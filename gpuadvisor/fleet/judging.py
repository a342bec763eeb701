"""Which GPUs of a model stand out, and in what. Pure: results in, outliers out."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from gpuadvisor.fleet.levels import LevelFigure
from gpuadvisor.fleet.robust import Numbers, median, tolerance
from gpuadvisor.model.fleet import FleetRow, OutlierKind

LEAST_DEVICES = 3
"""Of two that differ nobody can tell which one is odd."""
LEVEL_FLOOR = 0.05
"""A GPU within 5 % of its model's median is not slow, however alike the others are."""
SHARE_FLOOR = 0.1
"""So much more of its points, at least, must be throttled, or not valid, than with others of its model."""

Value = TypeVar("Value", bound=Hashable)


class Deviation(NamedTuple):
    """One way in which the GPU `number` of a model is worse than the others."""

    number: int
    kind: OutlierKind
    figure: str
    found: str
    typical: str
    message: str


def slow(figure: LevelFigure, levels: Numbers, threshold: float) -> Iterator[Deviation]:
    """Yield the GPUs whose level in a figure lies below the threshold."""
    for number in np.flatnonzero(levels < threshold):
        found = f"{levels[number]:.1%}"
        message = f"reaches {found} of its model's median in {figure.metric.name} of the probe {figure.probe}"
        yield Deviation(int(number), "slow", figure.name, found, "100.0%", message)


def slow_threshold(levels: Numbers, comparisons: int) -> float:
    """Return the level below which a GPU is slow."""
    return float(median(levels)) - tolerance(levels, LEVEL_FLOOR, comparisons)


def oddities(rows: Sequence[FleetRow]) -> Iterator[Deviation]:
    """Yield what the rows of one model tell by themselves: throttling, validity, link and driver."""
    yield from _shares(rows, "throttled")
    yield from _shares(rows, "invalid")
    yield from _narrow_links(rows)
    yield from _stale_drivers(rows)


_SHARES: dict[str, tuple[OutlierKind, str]] = {
    "throttled": (
        "throttled",
        "its clocks were held down at {found} of its points ({typical} is usual)",
    ),
    "invalid": ("unreliable", "{found} of its points are not valid ({typical} is usual)"),
}


def _shares(rows: Sequence[FleetRow], field: str) -> Iterator[Deviation]:
    kind, text = _SHARES[field]
    shares = np.array([getattr(row, field) for row in rows], np.float64)
    typical = float(median(shares))
    limit = typical + tolerance(shares, SHARE_FLOOR, len(rows))
    for number in np.flatnonzero(shares > limit):
        words = {"found": f"{shares[number]:.1%}", "typical": f"{typical:.1%}"}
        by = rows[int(number)].held_down_by if field == "throttled" else None
        message = text.format(**words) + (f", mostly by {by}" if by else "")
        yield Deviation(int(number), kind, field, **words, message=message)


def _narrow_links(rows: Sequence[FleetRow]) -> Iterator[Deviation]:
    for field, unit in (("pcie_lanes", "lanes"), ("pcie_generation_maximum", "generation")):
        values: list[int | None] = [getattr(row, field) for row in rows]
        typical = _of_most(values)
        for number, value in enumerate(values):
            if typical is not None and value is not None and value < typical:
                message = f"its PCIe link has {unit} {value}, others of its model {typical}"
                yield Deviation(number, "narrow link", field, str(value), str(typical), message)


def _stale_drivers(rows: Sequence[FleetRow]) -> Iterator[Deviation]:
    typical = _of_most([row.driver_version for row in rows])
    for number, row in enumerate(rows):
        version = row.driver_version
        if typical is not None and version is not None and _numbers(version) < _numbers(typical):
            message = f"runs driver {version}, others of its model {typical}"
            yield Deviation(number, "stale driver", "driver_version", version, typical, message)


def _of_most(values: Sequence[Value | None]) -> Value | None:
    """Return what more than half of those that tell have; None where no value has such a majority."""
    known = Counter(value for value in values if value is not None)
    value, count = max(known.items(), key=lambda item: item[1], default=(None, 0))
    return value if 2 * count > known.total() else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
