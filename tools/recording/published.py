"""Published figures, and the recorded ones that belong beside them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint

FILE = Path(__file__).with_name("published.toml")
ANY = "any"
PREFIXES = ("NVIDIA ", "Tesla ", "GeForce ")


class Figure(msgspec.Struct, frozen=True, array_like=True):
    """A value and the key of its source."""

    value: float
    source: str


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that probes measure and others have measured: which points hold it, and what they found."""

    name: str
    title: str
    unit: str
    method: tuple[str, str]
    probe: str
    metric: str
    where: dict[str, int | str]
    pick: Literal["highest", "lowest"]
    published: dict[str, list[Figure]] = {}

    def figures(self, gpu: str) -> list[Figure]:
        """Return what others found on a GPU."""
        return [*self.published.get(gpu, ()), *self.published.get(ANY, ())]


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    sources: dict[str, str]
    gpus: dict[str, list[str]]
    quantities: list[Quantity] = msgspec.field(name="quantity")

    def gpu(self, device: str) -> str:
        """Return what the file calls a GPU that CUDA calls `device`; that name itself where it has none."""
        for prefix in PREFIXES:
            device = device.removeprefix(prefix)
        return next((gpu for gpu, names in self.gpus.items() if device in names), device)

    def quantity(self, name: str) -> Quantity:
        """Return the quantity of a name."""
        return next(quantity for quantity in self.quantities if quantity.name == name)


class Recorded(msgspec.Struct, frozen=True):
    """What a probe found of a quantity."""

    metric: Metric
    point: ProbePoint

    @property
    def value(self) -> float:
        """The value, in the metric's unit."""
        return self.point.values[self.metric.name]


@cache
def published() -> Published:
    """Return the file's content."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Published)


def recorded(profile: MachineProfile, quantity: Quantity) -> Recorded | None:
    """Return the point of a profile that holds a quantity; None where no valid point does."""
    result = profile.probe(quantity.probe)
    metric = result.metric(quantity.metric) if result else None
    if result is None or metric is None:
        return None
    points = [
        point
        for point in result.points
        if point.valid and metric.name in point.values and _belongs(point, quantity.where)
    ]
    choose = max if quantity.pick == "highest" else min
    best = choose(points, key=lambda point: point.values[metric.name], default=None)
    return None if best is None else Recorded(metric, best)


def nearest(value: float, figures: list[Figure]) -> Figure | None:
    """Return the published figure closest to a value."""
    return min(figures, key=lambda figure: abs(figure.value - value), default=None)


def _belongs(point: ProbePoint, where: Mapping[str, int | str]) -> bool:
    return all(point.parameters.get(name) == value for name, value in where.items())
