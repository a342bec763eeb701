"""What a fleet is judged by: the part of a machine profile that can be compared between GPUs.

Machine profiles are read here without their explanations: a fleet may have ten thousand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.sampling import STEADY
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import Better
from gpuadvisor.model.provenance import Provenance

_BETWEEN_POINTS = b"\0"
"""JSON holds none."""


class Compared(NamedTuple):
    """A metric of which it is known which direction is better."""

    name: str
    unit: str
    better: Better
    provenance: Provenance


class Layout(NamedTuple):
    """Which metrics a probe gave at which points."""

    probe: str
    metrics: tuple[Compared, ...]
    points: bytes
    """The parameters of each as the document writes them, `_BETWEEN_POINTS` between: GPUs of a model have
    the same, and one object is quickly compared."""


class Column(NamedTuple):
    """One metric of a probe at one of its points: what can be compared number by number."""

    probe: str
    metric: Compared
    point: bytes


class EvidenceDevice(msgspec.Struct, frozen=True):
    """What is read of `DeviceFacts`."""

    name: str
    kind: Literal["cuda", "emulated"]
    uuid: str | None = None
    conditions: DeviceConditions | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU in numbers."""

    device: EvidenceDevice
    layout: tuple[Layout, ...]
    values: NDArray[np.float64]
    """As `columns(layout)` has them, NaN where the point is not valid."""
    throttled: float
    """A share of the states it was seen in: at every point, and before the first."""
    held_down_by: str | None
    """What most often held its clocks down."""
    invalid: float
    """A share of the points at which nothing held its clocks down."""


# Without cycles, and many: garbage collection would look at every point of every profile in vain.
class _Metric(msgspec.Struct, gc=False):
    name: str
    unit: str
    provenance: Provenance
    better: Better | None = None


class _Point(msgspec.Struct, gc=False):
    parameters: msgspec.Raw
    values: dict[str, float]
    throttle_reasons: list[str] = []
    valid: bool = True


class _Probe(msgspec.Struct, gc=False):
    name: str
    metrics: list[_Metric]
    points: list[_Point]


class _Profile(msgspec.Struct, gc=False):
    device: EvidenceDevice
    probes: list[_Probe] = []


_DECODER = msgspec.json.Decoder(_Profile)


def evidence(document: bytes) -> Evidence:
    """Return what a machine profile, as JSON, tells of its GPU; GpuAdvisorError for anything else."""
    try:
        profile = _DECODER.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GpuAdvisorError(f"not a machine profile: {error}") from None
    points = [point for probe in profile.probes for point in probe.points]
    throttled = [not STEADY.issuperset(point.throttle_reasons) for point in points]
    invalid = [not point.valid for point, held in zip(points, throttled, strict=True) if not held]
    layout = tuple([_layout(probe) for probe in profile.probes])
    return Evidence(
        device=profile.device,
        layout=layout,
        values=np.array(_values(profile.probes, layout), np.float64),
        throttled=_share([_is_throttled_at_rest(profile.device), *throttled]),
        held_down_by=_most_frequent([point.throttle_reasons for point in points if point.throttle_reasons]),
        invalid=_share(invalid),
    )


def columns(layout: Sequence[Layout]) -> Iterator[Column]:
    """Yield every metric of every probe at every point, in the order of the values."""
    for probe in layout:
        points = probe.points.split(_BETWEEN_POINTS)
        yield from (Column(probe.probe, metric, point) for metric in probe.metrics for point in points)


def _layout(probe: _Probe) -> Layout:
    metrics = [
        Compared(metric.name, metric.unit, metric.better, metric.provenance)
        for metric in probe.metrics
        if metric.better is not None and probe.points
    ]
    return Layout(
        probe.name, tuple(metrics), _BETWEEN_POINTS.join([point.parameters for point in probe.points])
    )


def _values(probes: Sequence[_Probe], layout: Sequence[Layout]) -> list[float]:
    return [
        point.values.get(metric.name, np.nan) if point.valid else np.nan
        for probe, laid_out in zip(probes, layout, strict=True)
        for metric in laid_out.metrics
        for point in probe.points
    ]


def _is_throttled_at_rest(device: EvidenceDevice) -> bool:
    reasons = device.conditions.throttle_reasons if device.conditions else None
    return not STEADY.issuperset(reasons or ())


def _most_frequent(reasons: Sequence[Sequence[str]]) -> str | None:
    """Return the reason that most points name, an operator's setting aside."""
    counts = Counter(reason for each in reasons for reason in each if reason not in STEADY)
    return max(counts, key=lambda reason: counts[reason], default=None)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
