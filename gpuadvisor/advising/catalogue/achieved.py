"""Facts about what the machine reached: resources, their share of what they should be, ridge points."""

from collections.abc import Callable, Iterator

from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.advising.machine.published import published_read_share
from gpuadvisor.advising.machine.resources import SPECIFICATIONS, resource
from gpuadvisor.advising.machine.roofline import MEMORIES, TYPES, roofline
from gpuadvisor.advising.machine.specification import Specification
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.comparison import Resource
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import Better, MachineProfile
from gpuadvisor.model.provenance import Provenance

_AT_CLOCK: dict[Better, str] = {"higher": " at the highest clock", "lower": ""}


def _group(specification: Specification) -> FactGroup[Resource]:
    def part(scene: Scene) -> Resource | None:
        return None if scene.machine is None else resource(scene.machine, specification)

    return FactGroup[Resource](
        subject="machine",
        source=f"{specification.probe} probe",
        part=part,
        provenance=lambda found: found.provenance,
    )


def _of_resource(specification: Specification) -> Iterator[Fact]:
    group, title = _group(specification), f"{specification.group}: {specification.title}"
    yield group.fact(
        f"achieved.{specification.name}",
        "float",
        specification.unit,
        f"{title}, as it was found",
        lambda found: found.achieved,
    )
    if specification.is_expected:
        yield group.fact(
            f"share.{specification.name}",
            "float",
            "fraction",
            f"{title}, as a share of what it should be{_AT_CLOCK[specification.better]}",
            lambda found: found.share,
        )


def _ridge(memory: str, compute: str) -> Callable[[MachineProfile], float | None]:
    def read(machine: MachineProfile) -> float | None:
        found = (
            each for each in roofline(machine).ridges if (each.memory, each.compute) == (memory, compute)
        )
        ridge = next(found, None)
        return None if ridge is None else ridge.operations_per_byte

    return read


def _weakest(machine: MachineProfile) -> Provenance:
    """Return `datasheet` unless every roof was measured: a ridge is as good as the weaker roof."""
    found = roofline(machine)
    origins = {roof.provenance for roof in found.memory} | {roof.provenance for roof in found.compute}
    measured = origins == {Provenance.MEASURED}
    return Provenance.MEASURED if measured else Provenance.DATASHEET


roofs = FactGroup[MachineProfile](
    subject="machine", source="roofline", part=lambda scene: scene.machine, provenance=_weakest
)
models = FactGroup[DeviceFacts](
    subject="machine",
    source="published measurements",
    part=lambda scene: None if scene.machine is None else scene.machine.device,
    provenance=lambda _: Provenance.DATASHEET,
)

FACTS = (
    *(fact for specification in SPECIFICATIONS for fact in _of_resource(specification)),
    *(
        roofs.fact(
            f"ridge.{compute.lower().replace(' ', '_')}.{memory.lower()}",
            "float",
            "operations per byte",
            f"Operations per byte from which {compute} rather than {memory} is the limit",
            _ridge(memory, compute),
        )
        for compute in TYPES
        for memory in MEMORIES
    ),
    models.fact(
        "published_dram_read_share",
        "float",
        "fraction",
        "The share of theoretical DRAM bandwidth that others have read on this model",
        lambda device: published_read_share(device.name),
    ),
)
