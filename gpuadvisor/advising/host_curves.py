"""Read the probes of host-side work: what a launch, a node of a graph and a copy of so many bytes take."""

from itertools import pairwise
from typing import Literal

from gpuadvisor.model.machine import MachineProfile, ProbePoint
from gpuadvisor.model.provenance import Provenance

Direction = Literal["to_device", "to_host"]
Host = Literal["pinned", "pageable"]

TRANSFERS, BANDWIDTH, BYTES = "transfers", "bandwidth", "bytes"
LAUNCHES = ("launch_latency", "back_to_back", "seconds_per_launch")
LATENCY = ("launch_latency", "single", "latency")
GRAPHS = ("graph_launch", "nodes", "seconds_per_node")
"""Probe, sweep and metric."""

Curve = list[tuple[float, float]]
"""(bytes of the copy, seconds it takes), by rising size."""


def launch_seconds(machine: MachineProfile) -> float | None:
    """Return what a small kernel takes when many run back to back on a stream; None if not probed."""
    return _least(machine, *LAUNCHES)


def launch_latency_seconds(machine: MachineProfile) -> float | None:
    """Return what a small kernel takes from the call that launches it until the host sees its end."""
    return _least(machine, *LATENCY)


def graph_node_seconds(machine: MachineProfile) -> float | None:
    """Return what a small kernel takes as one of many nodes of a graph; None if not probed."""
    return _least(machine, *GRAPHS)


def copy_seconds(
    machine: MachineProfile, host: Host, direction: Direction, size_bytes: float
) -> float | None:
    """Return what one copy of `size_bytes` takes from or to pinned or pageable memory of the host.

    Linear between the probed sizes; below the smallest a copy takes as long as that, beyond the largest
    its bandwidth holds. None if the probe has no such curve.
    """
    curve = copy_curve(machine, host, direction)
    if not curve:
        return None
    smallest, least = curve[0]
    if size_bytes <= smallest:
        return least
    for (left, low), (right, high) in pairwise(curve):
        if size_bytes <= right:
            return low + (high - low) * (size_bytes - left) / (right - left)
    largest, longest = curve[-1]
    return longest * size_bytes / largest


def pinned_bandwidth(
    machine: MachineProfile, size_bytes: float, direction: Direction = "to_device"
) -> float | None:
    """Return the bytes per second of one copy of `size_bytes` from or to pinned memory of the host."""
    return _rate(size_bytes, copy_seconds(machine, "pinned", direction, size_bytes))


def pageable_bandwidth(
    machine: MachineProfile, size_bytes: float, direction: Direction = "to_device"
) -> float | None:
    """Return the bytes per second of one copy of `size_bytes` from or to pageable memory of the host."""
    return _rate(size_bytes, copy_seconds(machine, "pageable", direction, size_bytes))


def best_bandwidth(machine: MachineProfile, host: Host, direction: Direction) -> float | None:
    """Return the bytes per second of the best size of copy; None if not probed."""
    return max((size / seconds for size, seconds in copy_curve(machine, host, direction)), default=None)


def copy_curve(machine: MachineProfile, host: Host, direction: Direction) -> Curve:
    """Return the seconds of a copy against its size; empty if the probe has no such curve."""
    points = _valid_points(machine, TRANSFERS, f"{host}_{direction}", BANDWIDTH)
    return sorted(_timed(point) for point in points if point.values[BANDWIDTH] > 0)


def provenance_of(machine: MachineProfile, probe: str, metric: str) -> Provenance:
    """Return how the probe obtained the metric; that of the device where it has no such metric."""
    result = machine.probe(probe)
    found = result.metric(metric) if result else None
    return found.provenance if found else machine.device.provenance


def _timed(point: ProbePoint) -> tuple[float, float]:
    size_bytes = float(point.parameters[BYTES])
    return size_bytes, size_bytes / point.values[BANDWIDTH]


def _rate(size_bytes: float, seconds: float | None) -> float | None:
    return size_bytes / seconds if seconds else None


def _least(machine: MachineProfile, probe: str, sweep: str, metric: str) -> float | None:
    """Return the least value of a sweep: with the most in a row, what comes once weighs least."""
    values = [point.values[metric] for point in _valid_points(machine, probe, sweep, metric)]
    return min(values, default=None)


def _valid_points(machine: MachineProfile, probe: str, sweep: str, metric: str) -> list[ProbePoint]:
    result = machine.probe(probe)
    return [
        point
        for point in ([] if result is None else result.points)
        if point.valid and point.parameters.get("sweep") == sweep and metric in point.values
    ]
