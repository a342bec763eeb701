"""What held a GPU's clocks down while it was probed, and how low they were."""

from collections.abc import Collection

from gpuadvisor.advising.machine.points import sm_clock_hz
from gpuadvisor.model.machine import MachineProfile, ProbePoint

THERMAL = frozenset({"software thermal slowdown", "hardware thermal slowdown"})
POWER = frozenset({"power cap"})
HARDWARE = frozenset({"hardware slowdown", "power brake"})
SETTING = frozenset({"application clock setting", "display clock setting", "sync boost"})
CLOCK_HELD = 0.95
"""The share of the highest clock at which nothing held it down, whatever the driver names: many cards show a
power cap at a clock that they hold."""


def share_held_down(machine: MachineProfile, reasons: Collection[str]) -> float | None:
    """Return the share of the points at which one of the reasons lowered the clock.

    Of points whose clock nothing tells, the reason alone decides. None for an emulated device and where no
    point was measured.
    """
    points = [point for probe in machine.probes for point in probe.points]
    if machine.device.kind != "cuda" or not points:
        return None
    return sum(_is_held_down(machine, point, reasons) for point in points) / len(points)


def _is_held_down(machine: MachineProfile, point: ProbePoint, reasons: Collection[str]) -> bool:
    if not any(reason in reasons for reason in point.throttle_reasons):
        return False
    clock = sm_clock_hz(point)
    return clock is None or clock < CLOCK_HELD * machine.device.sm_clock_hz
