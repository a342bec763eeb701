"""Facts about how the machine behaved while it was probed: its clocks, and what is not to be believed."""

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.machine.held_down import HARDWARE, POWER, SETTING, THERMAL, share_held_down
from gpuadvisor.advising.machine.points import clock_under_load_hz
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance


def _provenance(machine: MachineProfile) -> Provenance:
    return Provenance.MEASURED if machine.device.kind == "cuda" else Provenance.MODELLED


def _clock_share(machine: MachineProfile) -> float | None:
    clock = clock_under_load_hz(machine)
    return None if clock is None else clock / machine.device.sm_clock_hz


def _suspect_points(machine: MachineProfile) -> int:
    return sum(not point.valid for probe in machine.probes for point in probe.points)


def _suspect_probes(machine: MachineProfile) -> list[str]:
    return [probe.name for probe in machine.probes if any(not point.valid for point in probe.points)]


probes = FactGroup[MachineProfile](
    subject="machine", source="all probes", part=lambda scene: scene.machine, provenance=_provenance
)

FACTS = (
    probes.fact(
        "clock.highest_hz",
        "float",
        "Hz",
        "The highest clock of the multiprocessors",
        lambda each: each.device.sm_clock_hz,
    ),
    probes.fact(
        "clock.under_load_hz",
        "float",
        "Hz",
        "The clock of the multiprocessors while probes ran, in the median",
        clock_under_load_hz,
    ),
    probes.fact(
        "clock.under_load_share",
        "float",
        "fraction",
        "The same as a share of the highest clock",
        _clock_share,
    ),
    probes.fact(
        "held_down.by_heat",
        "float",
        "fraction",
        "Points of the probes at which heat lowered the clock",
        lambda each: share_held_down(each, THERMAL),
    ),
    probes.fact(
        "held_down.by_power",
        "float",
        "fraction",
        "Points at which the power limit lowered the clock",
        lambda each: share_held_down(each, POWER),
    ),
    probes.fact(
        "held_down.by_hardware",
        "float",
        "fraction",
        "Points at which the hardware's own protection, heat aside, lowered the clock",
        lambda each: share_held_down(each, HARDWARE),
    ),
    probes.fact(
        "held_down.by_setting",
        "float",
        "fraction",
        "Points at which somebody's setting lowered the clock",
        lambda each: share_held_down(each, SETTING),
    ),
    probes.fact(
        "points",
        "int",
        "points",
        "Points of all probes",
        lambda each: sum(len(probe.points) for probe in each.probes),
    ),
    probes.fact(
        "suspect_points",
        "int",
        "points",
        "Points that are not to be believed; nothing uses them",
        _suspect_points,
    ),
    probes.fact("suspect_probes", "list", "", "The probes that have some", _suspect_probes),
)
