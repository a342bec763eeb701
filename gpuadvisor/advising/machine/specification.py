"""A resource that is compared with what it should reach: which points of which probe tell of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from gpuadvisor.advising.machine.expectations import Expect, nothing
from gpuadvisor.advising.machine.points import Where
from gpuadvisor.model.comparison import ResourceGroup
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import Better

Pick = Literal["best", "median"]
WhereOn = Callable[[DeviceFacts], Where]


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One resource: where its figure is found, and what it should be."""

    name: str
    title: str
    group: ResourceGroup
    probe: str
    metric: str
    where: Where = field(default_factory=dict)
    where_on: WhereOn | None = None
    """Further parameters that depend on the device."""
    better: Better = "higher"
    pick: Pick = "best"
    """`median` for a latency, which is a level of several points."""
    unit: str
    """`bytes/s`, `cycles`, `operations per clock` (and multiprocessor)."""
    expect: Expect = nothing
    rate_unit: str = ""
    """Of the whole device, for what is counted per clock."""
    per_count: float = 1.0
    """Operations or bytes of the rate for each that the metric counts."""

    @property
    def per_clock(self) -> bool:
        """Whether it is counted in clocks of a multiprocessor rather than in seconds."""
        return self.unit == "cycles" or self.unit.endswith(" per clock")

    @property
    def is_expected(self) -> bool:
        """Whether it is known, for some device, what it should reach."""
        return self.expect is not nothing

    def parameters(self, device: DeviceFacts) -> Where:
        """Return what the parameters of its points are."""
        return self.where if self.where_on is None else {**self.where, **self.where_on(device)}
