"""The machine profile: a device's facts and the results of the probes run on it."""

from typing import ClassVar, Literal

import msgspec

from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.provenance import Provenance

Better = Literal["lower", "higher"]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a probe's results."""

    name: str
    unit: str
    provenance: Provenance
    meaning: str = ""
    better: Better | None = None
    """None where the metric describes the machine, and neither direction is good."""


class ProbePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of the swept parameters and what was found there."""

    parameters: dict[str, int | float | str]
    values: dict[str, float]
    """By metric name; a metric that could not be had is absent."""
    samples: int = 1
    relative_spread: float | None = None
    """Half the interquartile range of the timed samples over their median."""
    sm_clock_before_hz: float | None = None
    """The clock of the multiprocessors before the timed launches; None where nothing tells."""
    sm_clock_after_hz: float | None = None
    throttle_reasons: list[str] = []
    """What held the clocks down before or after, harmless or not."""
    valid: bool = True
    reasons: list[str] = []
    """Why the point is not valid; rules never read an invalid point."""


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe found."""

    name: str
    title: str
    metrics: list[Metric]
    points: list[ProbePoint]
    seconds: float
    """How long the probe took, compilation included."""
    compiler: str | None = None
    """What compiled its kernels, as `nvrtc 13.5`."""

    def metric(self, name: str) -> Metric | None:
        """Return the metric called `name`, or None."""
        return next((metric for metric in self.metrics if metric.name == name), None)


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """The program that wrote a document."""

    name: str = "gpuadvisor"
    version: str


class MachineProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One device and all its probe results."""

    SCHEMA: ClassVar[str] = "gpuadvisor.machine"

    schema: str = "gpuadvisor.machine"
    version: int = 1
    tool: Tool
    created: str
    """UTC, ISO 8601."""
    device: DeviceFacts
    probes: list[ProbeResult] = []

    def probe(self, name: str) -> ProbeResult | None:
        """Return the result of the probe called `name`, or None if it was not run."""
        return next((probe for probe in self.probes if probe.name == name), None)
