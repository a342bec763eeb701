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


class PointConditions(msgspec.Struct, frozen=True, kw_only=True):
    """How the GPU was while a point was measured, over all looks; None where nothing tells."""

    sm_clock_hz: float | None = None
    """The median of the looks; so is the memory clock."""
    memory_clock_hz: float | None = None
    power_watts: float | None = None
    """The most that any look saw; so are the fields below."""
    temperature_celsius: float | None = None
    other_processes: int | None = None


class ProbePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of the swept parameters and what was found there."""

    parameters: dict[str, int | float | str]
    values: dict[str, float]
    """By metric name; a metric that could not be had is absent."""
    intervals: dict[str, tuple[float, float]] = {}
    """Of values that were measured at least six times: the 95 % interval of the median, by metric name."""
    of_peak: dict[str, float] = {}
    """The share of the theoretical peak that a value reached, for metrics that have one."""
    of_peak_at_clock: dict[str, float] = {}
    """The same share of the peak at the clocks that the GPU actually ran at."""
    samples: int = 1
    discarded: int = 0
    """Samples left out because the GPU was throttled or its clock moved."""
    relative_spread: float | None = None
    """Half the interquartile range of the timed samples over their median."""
    relative_standard_error: float | None = None
    """Of the median; the largest, if several quantities were measured. None for fewer than six samples."""
    conditions: PointConditions | None = None
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
    created: str | None = None
    """When it was begun: UTC, ISO 8601. A profile may hold results of several runs."""
    left_out: int = 0
    """Points of the probe that this run did not measure: it was a quick one, or its time was over."""
    without: dict[str, str] = {}
    """Sweeps that mean nothing on this device, and why."""

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
    cut_short: str | None = None
    """Why not every point that was asked for was measured."""

    def probe(self, name: str) -> ProbeResult | None:
        """Return the result of the probe called `name`, or None if it was not run."""
        return next((probe for probe in self.probes if probe.name == name), None)
