"""Facts about how much each level of memory holds, read off the latency's steps."""

from collections.abc import Callable

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.machine.knees import knees
from gpuadvisor.model.comparison import Level
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance

PROBE = "memory_latency"


def _reach(level: Level) -> Callable[[MachineProfile], int | None]:
    def read(machine: MachineProfile) -> int | None:
        found = [knee.position for knee in knees(machine) if knee.probe == PROBE and knee.level == level]
        return round(max(found)) if found else None

    return read


def _provenance(machine: MachineProfile) -> Provenance:
    return Provenance.MEASURED if machine.device.kind == "cuda" else Provenance.MODELLED


latency = FactGroup[MachineProfile](
    subject="machine", source=f"{PROBE} probe", part=lambda scene: scene.machine, provenance=_provenance
)
LEVELS: tuple[tuple[str, Level, str], ...] = (
    ("l1", "L1", "L1"),
    ("near_l2", "near L2", "the near part of an L2 that is two halves"),
    ("l2", "L2", "L2"),
)

FACTS = tuple(
    latency.fact(
        f"reach.{name}_bytes",
        "int",
        "bytes",
        f"The largest probed working set that {words} holds: beyond it the latency rises",
        _reach(level),
    )
    for name, level, words in LEVELS
)
