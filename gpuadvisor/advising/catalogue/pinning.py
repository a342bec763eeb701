"""The fact that needs a run and a machine: what pinned memory would save of the run's pageable copies."""

from collections.abc import Iterable

from gpuadvisor.advising import host_curves
from gpuadvisor.advising.catalogue.timeline import total_span
from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import CopyActivity, TimelineProfile

OnMachine = tuple[TimelineProfile, MachineProfile]
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
BYTES = {
    f"{2 ** (exponent % 10)} {UNITS[exponent // 10]}": 2**exponent for exponent in range(10 * len(UNITS))
}
"""Where the size class of each name begins."""


def _on_machine(scene: Scene) -> OnMachine | None:
    if scene.timeline is None or scene.machine is None:
        return None
    return scene.timeline, scene.machine


def _saved(part: OnMachine) -> float | None:
    """Return what pageable copies take beyond pinned ones of their sizes; a fraction of the GPU's time."""
    profile, machine = part
    span = total_span(profile)
    copies = [copy for copy in profile.copies if copy.host_memory == "pageable"]
    saved = _sum(_saved_seconds(machine, copy) for copy in copies)
    return None if span is None or saved is None else saved / span


def _saved_seconds(machine: MachineProfile, copy: CopyActivity) -> float | None:
    """Return the seconds that pinning saves of some copies; None where the machine's curve does not tell.

    Of a size class, the mean size is not known: all are taken to lie as far above their lower bounds.
    """
    sizes = [(BYTES.get(name, 0), count) for name, count in copy.sizes.items()]
    least = sum(size * count for size, count in sizes)
    if not least:
        return None
    direction: host_curves.Direction = "to_host" if copy.kind == "device-to-host" else "to_device"
    above = copy.total_bytes / least
    pinned = _sum(
        _times(count, host_curves.copy_seconds(machine, "pinned", direction, size * above))
        for size, count in sizes
    )
    return None if pinned is None else max(0.0, copy.total_seconds - pinned)


def _times(count: int, seconds: float | None) -> float | None:
    return None if seconds is None else count * seconds


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


FACTS = (
    FactGroup[OnMachine](
        subject="timeline",
        source="timeline and transfers probe",
        part=_on_machine,
        provenance=lambda _: Provenance.MODELLED,
    ).fact(
        "saved_by_pinning",
        "float",
        "fraction",
        "Time of the copies from and to pageable memory beyond what pinned copies of their sizes take on the "
        "machine of the profile; over the time from the first activity to the last",
        _saved,
    ),
)
