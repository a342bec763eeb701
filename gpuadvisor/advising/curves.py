"""Read the occupancy probe's curve: the share of the best bandwidth against resident warps."""

from itertools import pairwise

from gpuadvisor.model.machine import MachineProfile, ProbePoint

PROBE = "occupancy"
OCCUPANCY = "theoretical_occupancy"
LOADS_IN_FLIGHT = "loads_in_flight"
BANDWIDTH = "bandwidth"
SATURATED = 0.95
"""Share of the best bandwidth that counts as saturated: what is left is within a run's noise."""

Curve = list[tuple[float, float]]
"""(occupancy, share of the best bandwidth of the whole probe), by rising occupancy."""


def bandwidth_curve(machine: MachineProfile, loads_in_flight: int) -> Curve:
    """Return the curve for a number of independent loads in flight; empty if the probe has none."""
    points = _valid_points(machine)
    best = max((point.values[BANDWIDTH] for point in points), default=0.0)
    if best <= 0:
        return []
    return sorted(
        (point.values[OCCUPANCY], point.values[BANDWIDTH] / best)
        for point in points
        if point.parameters[LOADS_IN_FLIGHT] == loads_in_flight
    )


def saturating_occupancy(machine: MachineProfile, loads_in_flight: int) -> float | None:
    """Return the lowest occupancy from which bandwidth stays saturated; None if it never does."""
    needed = None
    for occupancy, share in reversed(bandwidth_curve(machine, loads_in_flight)):
        if share < SATURATED:
            break
        needed = occupancy
    return needed


def bandwidth_fraction(machine: MachineProfile, occupancy: float, loads_in_flight: int) -> float | None:
    """Return the share of the best bandwidth at an occupancy, interpolated between measured points.

    A kernel with a number of loads in flight that was not probed is judged by the next lower one,
    which promises less. Below the first point the share falls linearly to nothing at occupancy zero.
    """
    probed = {int(point.parameters[LOADS_IN_FLIGHT]) for point in _valid_points(machine)}
    probed = {loads for loads in probed if loads <= loads_in_flight}
    if not probed:
        return None
    curve = [(0.0, 0.0), *bandwidth_curve(machine, max(probed))]
    for (left, low), (right, high) in pairwise(curve):
        if occupancy <= right:
            return low + (high - low) * (occupancy - left) / (right - left)
    return curve[-1][1]


def _valid_points(machine: MachineProfile) -> list[ProbePoint]:
    probe = machine.probe(PROBE)
    return [
        point
        for point in ([] if probe is None else probe.points)
        if point.valid
        and LOADS_IN_FLIGHT in point.parameters
        and BANDWIDTH in point.values
        and OCCUPANCY in point.values
    ]
