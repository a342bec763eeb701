"""Facts about a kernel's occupancy, and what it means on the machine's own curve."""

from typing import NamedTuple

from gpuadvisor.advising.curves import bandwidth_fraction
from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import Occupancy
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance


class OnCurve(NamedTuple):
    """A kernel's occupancy and loads in flight, and the machine whose curve judges them."""

    machine: MachineProfile
    occupancy: Occupancy
    loads_in_flight: int


def _occupancy(scene: Scene) -> Occupancy | None:
    return None if scene.kernel is None else scene.kernel.occupancy


def _on_curve(scene: Scene) -> OnCurve | None:
    occupancy = _occupancy(scene)
    if (
        scene.machine is None
        or scene.kernel is None
        or occupancy is None
        or scene.kernel.loads_in_flight is None
    ):
        return None
    return OnCurve(scene.machine, occupancy, scene.kernel.loads_in_flight)


def _curve_provenance(part: OnCurve) -> Provenance:
    return Provenance.MEASURED if part.machine.device.kind == "cuda" else Provenance.MODELLED


def _best(occupancy: Occupancy) -> float:
    return max([occupancy.theoretical, *(option.theoretical for option in occupancy.better_block_sizes)])


def _best_block_sizes(occupancy: Occupancy) -> list[str]:
    best = _best(occupancy)
    return [
        str(option.threads_per_block)
        for option in occupancy.better_block_sizes
        if option.theoretical == best > occupancy.theoretical
    ]


occupancy = FactGroup[Occupancy](
    subject="kernel", source="occupancy", part=_occupancy, provenance=lambda part: part.provenance
)
curve = FactGroup[OnCurve](
    subject="kernel", source="occupancy and occupancy probe", part=_on_curve, provenance=_curve_provenance
)

FACTS = (
    occupancy.fact(
        "occupancy.theoretical",
        "float",
        "fraction",
        "Resident warps over the maximum",
        lambda part: part.theoretical,
    ),
    occupancy.fact(
        "occupancy.achieved",
        "float",
        "fraction",
        "Mean resident warps over the maximum",
        lambda part: part.achieved,
    ),
    occupancy.fact(
        "occupancy.blocks_per_sm",
        "int",
        "blocks",
        "Resident blocks per multiprocessor",
        lambda part: part.blocks_per_sm,
    ),
    occupancy.fact(
        "occupancy.warps_per_sm",
        "int",
        "warps",
        "Resident warps per multiprocessor",
        lambda part: part.warps_per_sm,
    ),
    occupancy.fact(
        "occupancy.limiters",
        "list",
        "",
        "Every resource that attains the minimum: `warps`, `blocks`, `registers`, `shared-memory`, "
        "`barriers`",
        lambda part: part.limiters,
    ),
    occupancy.fact(
        "occupancy.best_theoretical",
        "float",
        "fraction",
        "The best occupancy of any block size at the same registers and shared memory",
        _best,
    ),
    occupancy.fact(
        "occupancy.best_block_sizes",
        "list",
        "threads",
        "The block sizes that reach it; empty if none is better than this one",
        _best_block_sizes,
    ),
    occupancy.fact(
        "occupancy.registers_for_next_block",
        "int",
        "registers",
        "The most registers per thread at which one more block would fit; missing if registers do not limit",
        lambda part: part.registers_for_next_block,
    ),
    curve.fact(
        "occupancy.bandwidth_fraction",
        "float",
        "fraction",
        "DRAM bandwidth that the machine reached at this occupancy with this kernel's loads in flight, "
        "over the best it reached at all",
        lambda part: bandwidth_fraction(part.machine, part.occupancy.theoretical, part.loads_in_flight),
    ),
)
