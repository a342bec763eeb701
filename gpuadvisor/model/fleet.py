"""The fleet document: one row per GPU, what its model's GPUs have in common, and which stand out."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.machine import Better, Tool
from gpuadvisor.model.provenance import Provenance

RowState = Literal["probed", "failed", "overdue", "lost"]
"""`failed`: its process ended without a result; `overdue`: it was stopped at the time limit; `lost`: its
worker died or no longer answers."""
OutlierKind = Literal["slow", "throttled", "unreliable", "narrow link", "stale driver"]


class FleetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU: whether it could be probed, and how it compares with others of its model."""

    host: str
    device: str
    """`cuda:3`, or an emulated device and its number, as `emulated:h100 #2`."""
    state: RowState
    reason: str | None = None
    """Why there is no result."""
    seconds: float | None = None
    """How long it took, the start of its process included."""
    model: str | None = None
    kind: Literal["cuda", "emulated"] | None = None
    uuid: str | None = None
    driver_version: str | None = None
    pcie_generation_maximum: int | None = None
    """The newest that both the GPU and its slot support; the current one falls while a GPU idles."""
    pcie_lanes: int | None = None
    throttled: float | None = None
    """The share of its points during which something held its clocks down, an operator's setting aside."""
    held_down_by: str | None = None
    """What most often did."""
    invalid: float | None = None
    """The share of its other points that are not to be believed."""
    levels: dict[str, float] = {}
    """By `probe.metric`: how good it is, 1 for the median of its model, less for worse."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one probe over all GPUs of a model; the numbers are levels (`FleetRow.levels`)."""

    name: str
    """`probe.metric`."""
    unit: str
    better: Better
    provenance: Provenance
    devices: int
    """How many have a level."""
    lowest: float
    lower_quartile: float
    upper_quartile: float
    highest: float
    threshold: float
    """A GPU below this level is slow."""


class FleetModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the probed GPUs of one model have in common."""

    name: str
    kind: Literal["cuda", "emulated"]
    devices: int
    judged: bool
    """False where there are too few of them to tell which one stands out."""
    figures: list[Figure] = []
    drivers: dict[str, int] = {}
    """How many run each version."""


class Outlier(msgspec.Struct, frozen=True, kw_only=True):
    """Something in which a GPU is worse than the others of its model."""

    row: int
    """Its place in `FleetReport.rows`, from 0."""
    host: str
    device: str
    model: str
    kind: OutlierKind
    figure: str
    """What was compared: a `probe.metric`, or the name of a field of the row."""
    found: str
    typical: str
    """Of its model; both are made to be read."""
    message: str
    rule: str | None = None
    """The rule whose page says what to do about it."""


class FleetReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one run over a fleet has to say."""

    SCHEMA: ClassVar[str] = "gpuadvisor.fleet"

    schema: str = "gpuadvisor.fleet"
    version: int = 1
    tool: Tool
    created: str
    """UTC, ISO 8601."""
    rows: list[FleetRow]
    models: list[FleetModel] = []
    outliers: list[Outlier] = []

    @property
    def missing(self) -> list[FleetRow]:
        """The rows without a result."""
        return [row for row in self.rows if row.state != "probed"]
