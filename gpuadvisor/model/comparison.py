"""What a machine reached beside what it should reach: the part of a report on the machine alone."""

from typing import Literal

import msgspec

from gpuadvisor.model.machine import Better
from gpuadvisor.model.provenance import Provenance

ResourceGroup = Literal["bandwidth", "latency", "throughput", "atomics", "launch", "transfers"]


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a resource should reach."""

    value: float
    """In the resource's unit."""
    kind: Literal["theoretical", "published"]
    """`theoretical`: what the hardware's clocks and widths allow; `published`: what others have measured."""
    source: str


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the machine does, at its best."""

    name: str
    """As `dram.read`."""
    title: str
    group: ResourceGroup
    probe: str
    metric: str
    unit: str
    """`bytes/s`, `cycles`, `operations per clock` (and multiprocessor)."""
    better: Better
    provenance: Provenance
    achieved: float | None = None
    """None where every point that could tell is suspect."""
    interval: tuple[float, float] | None = None
    """Of 95 %, of the median of the samples; None for a single one or a count."""
    parameters: dict[str, int | float | str] = {}
    """Of the point that reached it."""
    sm_clock_hz: float | None = None
    """The clock of the multiprocessors at that point; None where nothing tells."""
    rate: float | None = None
    """For what is counted per clock: bytes or operations per second of the whole device at that clock."""
    rate_unit: str = ""
    expected: Expected | None = None
    share: float | None = None
    """Achieved over expected at the highest clock: what a user gets. A latency's should be low."""
    share_at_clock: float | None = None
    """Achieved over what the hardware allows at the clock that it ran at."""
    suspect: list[str] = []
    """Why nothing is told, where every point is suspect."""


class MemoryRoof(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a level of the memory hierarchy delivers to the whole device."""

    name: str
    bytes_per_second: float
    provenance: Provenance


class ComputeRoof(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the whole device computes with a data type; a fused multiply-add is two operations."""

    name: str
    operations_per_second: float
    provenance: Provenance


class Ridge(msgspec.Struct, frozen=True, kw_only=True):
    """Where two roofs meet: with fewer operations per byte the memory is the limit."""

    memory: str
    compute: str
    operations_per_byte: float


class Roofline(msgspec.Struct, frozen=True, kw_only=True):
    """The roofs of this machine (Williams, Waterman and Patterson, CACM 52(4), 2009)."""

    memory: list[MemoryRoof]
    """The slowest first."""
    compute: list[ComputeRoof]
    ridges: list[Ridge]


Level = Literal["L1", "near L2", "L2", "address translation"]


class Knee(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a curve changes its course."""

    probe: str
    metric: str
    kind: Literal["saturates", "never saturates", "rises", "falls"]
    provenance: Provenance
    curve: dict[str, int | float | str] = {}
    """What stays fixed along the curve."""
    axis: str
    position: float
    """From here on it is saturated; up to here the level before holds; the end, if it never saturates."""
    unit: str
    """Of the position."""
    before: float
    after: float
    """Of the metric; where a curve saturates: its first value and the best of all curves."""
    level: Level | None = None
    """What a working set no longer fits in beyond the position."""
    text: str


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """The points of a probe that are not to be believed; nothing else in a report uses them."""

    probe: str
    suspect: int
    points: int
    """Suspect ones included."""
    reasons: list[str]
    """The most frequent first."""


class MachineComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine profile says when its parts are put together."""

    resources: list[Resource] = []
    roofline: Roofline | None = None
    knees: list[Knee] = []
    suspects: list[Suspect] = []
