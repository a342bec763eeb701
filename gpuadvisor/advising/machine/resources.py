"""What each resource reached beside what it should reach."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from gpuadvisor.advising.machine import arithmetic_resources, host_resources, memory_resources
from gpuadvisor.advising.machine.points import believable, matching, sm_clock_hz
from gpuadvisor.advising.machine.specification import Specification
from gpuadvisor.model.comparison import Resource
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint

SPECIFICATIONS = (
    *memory_resources.BANDWIDTHS,
    *memory_resources.LATENCIES,
    *arithmetic_resources.LATENCIES,
    *arithmetic_resources.THROUGHPUTS,
    *memory_resources.ATOMICS,
    *host_resources.LAUNCHES,
    *host_resources.TRANSFERS,
)
BY_NAME = {specification.name: specification for specification in SPECIFICATIONS}
MOST_REASONS = 3


def resources(machine: MachineProfile) -> list[Resource]:
    """Return every resource that the profile tells of, in the order of the specifications."""
    found = (resource(machine, specification) for specification in SPECIFICATIONS)
    return [each for each in found if each is not None]


def resource_called(machine: MachineProfile, name: str) -> Resource | None:
    """Return one resource by its name; None where the profile does not tell of it."""
    return resource(machine, BY_NAME[name])


def resource(machine: MachineProfile, specification: Specification) -> Resource | None:
    """Return what the profile tells of a resource; without a figure where all its points are suspect."""
    result = machine.probe(specification.probe)
    metric = None if result is None else result.metric(specification.metric)
    if result is None or metric is None:
        return None
    where = specification.parameters(machine.device)
    points = believable(result, specification.metric, where)
    if points:
        return _told(machine.device, specification, metric, _picked(specification, points))
    reasons = common_reasons(matching(result, where))
    return _bare(specification, metric, machine.device, suspect=reasons) if reasons else None


def common_reasons(points: Sequence[ProbePoint]) -> list[str]:
    """Return the most frequent reasons for which points are suspect."""
    counts = Counter(reason for point in points for reason in point.reasons)
    return [reason for reason, _ in counts.most_common(MOST_REASONS)]


def _picked(specification: Specification, points: Sequence[ProbePoint]) -> ProbePoint:
    """Return the best point, or the one in the middle."""
    ordered = sorted(points, key=lambda point: point.values[specification.metric])
    if specification.pick == "median":
        return ordered[len(ordered) // 2]
    return ordered[0] if specification.better == "lower" else ordered[-1]


def _bare(
    specification: Specification, metric: Metric, device: DeviceFacts, suspect: Sequence[str] = ()
) -> Resource:
    return Resource(
        name=specification.name,
        title=specification.title,
        group=specification.group,
        probe=specification.probe,
        metric=specification.metric,
        unit=specification.unit,
        better=specification.better,
        provenance=metric.provenance,
        expected=specification.expect(device),
        suspect=list(suspect),
    )


def _told(device: DeviceFacts, specification: Specification, metric: Metric, point: ProbePoint) -> Resource:
    bare = _bare(specification, metric, device)
    achieved, clock_hz = point.values[specification.metric], sm_clock_hz(point)
    ratio = None if bare.expected is None else achieved / bare.expected.value
    return msgspec.structs.replace(
        bare,
        achieved=achieved,
        interval=point.intervals.get(specification.metric),
        parameters=point.parameters,
        sm_clock_hz=clock_hz,
        rate=_rate(device, specification, achieved, clock_hz),
        rate_unit=specification.rate_unit,
        share=_share(device, specification, ratio, clock_hz),
        share_at_clock=_share_at_clock(specification, point, ratio),
    )


def _rate(
    device: DeviceFacts, specification: Specification, achieved: float, clock_hz: float | None
) -> float | None:
    """Return what is counted per clock and multiprocessor as a rate of the device at the clock it ran at."""
    if not specification.rate_unit or clock_hz is None:
        return None
    return achieved * specification.per_count * device.multiprocessors * clock_hz


def _share(
    device: DeviceFacts, specification: Specification, ratio: float | None, clock_hz: float | None
) -> float | None:
    """Return the share of what the highest clock allows; cycles are the same at every clock."""
    if ratio is None or not specification.per_clock or specification.better == "lower":
        return ratio
    if clock_hz is None:
        return None
    return ratio * clock_hz / device.sm_clock_hz


def _share_at_clock(specification: Specification, point: ProbePoint, ratio: float | None) -> float | None:
    """Return the share of what the clocks at the point allow; None where nothing tells."""
    if specification.per_clock and specification.better == "higher":
        return ratio
    return point.of_peak_at_clock.get(specification.metric)
