"""The sweep of a training step over its batch size."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance

BatchOutcome = Literal["measured", "out-of-memory", "failed", "crashed", "not-finite", "not-tried"]
"""`failed`: the step raised; `crashed`: it ended its process; `not-finite`: its loss was; `not-tried`: by the
smaller batches it would not have fitted."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A median and the interval that holds the true one with 95 % confidence."""

    low: float
    median: float
    high: float


class BatchPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One batch size."""

    batch: int
    outcome: BatchOutcome
    reason: str | None = None
    """Why it was not measured."""
    samples_per_second: Interval | None = None
    step_seconds: Interval | None = None
    timings: int = 0
    steps: int = 0
    """How many steps the timings hold."""
    peak_memory_bytes: int | None = None
    loss_was_finite: bool | None = None
    """None where the step returns nothing that could be judged."""


class BatchPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where the steps ran."""

    framework: str
    """With its version."""
    device: str
    is_gpu: bool
    memory_bytes: int | None = None
    """What the GPU has; on a CPU, what was available when the sweep began."""


class BatchSweep(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of each batch size, and what follows."""

    SCHEMA: ClassVar[str] = "gpuadvisor.batch-size"

    schema: str = "gpuadvisor.batch-size"
    version: int = 1
    tool: Tool
    created: str
    """UTC, ISO 8601."""
    function: str
    """FILE:FUNCTION."""
    provenance: Provenance = Provenance.MEASURED
    place: BatchPlace
    memory_limit_bytes: int | None = None
    points: list[BatchPoint]
    """In the order of the batch sizes."""
    largest: int | None = None
    """The largest that was seen to fit."""
    smallest_unfit: int | None = None
    """The smallest that was seen, or by the smaller ones is known, not to fit; None if the sweep met none."""
    best: int | None = None
    """The one with the best throughput."""
    knee: int | None = None
    """The smallest with a throughput near the best."""
    recommended: int | None = None
    reason: str
    """Why that one is recommended, or none."""
    interrupted: bool = False
    """Whether Ctrl-C ended the sweep."""
    notes: list[str] = []
