"""Which probes, which of their sweeps and which points of these are run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.abilities import lacks
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.plan import scope_at
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.sweeps import Parameters, points_of
from gpuadvisor.probing.vocabulary import device_values


@dataclass(frozen=True, slots=True)
class Selection:
    """A probe, and the points of its sweeps to run."""

    probe: Probe
    sweeps: list[tuple[SweepDeclaration, list[Parameters]]]
    skipped: int = 0
    """Points of sweeps that are not run."""
    without: dict[str, str] = field(default_factory=dict)
    """Sweeps that mean nothing on the device, and why."""

    @property
    def points(self) -> int:
        """How many points there are."""
        return sum(len(points) for _, points in self.sweeps)


def select(
    facts: DeviceFacts, probes: Sequence[Probe], names: Sequence[str] | None, *, quick: bool
) -> list[Selection]:
    """Return what to run of the probes on a device; with `quick` only sweeps declared so.

    Raises GpuAdvisorError for a probe in `names` that has nothing to run, and where a `wanted` fails.
    """
    found = [_selection(facts, probe, quick=quick) for probe in probes]
    for selection in found:
        if selection.probe.name in (names or ()) and not selection.sweeps:
            raise _nothing_to_run(facts, selection, quick=quick)
    return [selection for selection in found if selection.sweeps or (selection.without and not quick)]


def _nothing_to_run(facts: DeviceFacts, selection: Selection, *, quick: bool) -> GpuAdvisorError:
    probe = selection.probe
    if quick and not any(sweep.quick for sweep in probe.declaration.sweeps):
        return GpuAdvisorError(f"the probe {probe.name!r} has no quick sweep", remedy="leave out --quick")
    if selection.without:
        reasons = ", ".join(dict.fromkeys(selection.without.values()))
        return GpuAdvisorError(f"the probe {probe.name!r} has nothing to run on {facts.id}: {reasons}")
    needed = min(sweep.compute_capability for sweep in probe.declaration.sweeps)
    remedy = f"it needs compute capability {needed / 10:.1f}" if needed else None
    return GpuAdvisorError(f"the probe {probe.name!r} has nothing to run on {facts.id}", remedy=remedy)


def points_on(facts: DeviceFacts, probe: Probe, sweep: SweepDeclaration) -> list[Parameters]:
    """Return the points of a sweep that are wanted on a device; none, where it cannot do them."""
    if lacks(facts, probe, sweep) or device_values(facts)["compute_capability"] < sweep.compute_capability:
        return []
    points, wanted = points_of(sweep), sweep.wanted
    if wanted is None:
        return points
    return [point for point in points if scope_at(facts, probe, sweep, point).integer("wanted", wanted)]


def _selection(facts: DeviceFacts, probe: Probe, *, quick: bool) -> Selection:
    sweeps = [(sweep, points_on(facts, probe, sweep)) for sweep in probe.declaration.sweeps]
    if quick:
        narrowed = [(sweep, _quick_points(facts, probe, sweep, points)) for sweep, points in sweeps]
    else:
        narrowed = sweeps
    asked = [(sweep, points) for sweep, points in narrowed if points]
    every, chosen = (sum(len(points) for _, points in each) for each in (sweeps, asked))
    missing = ((sweep.name, lacks(facts, probe, sweep)) for sweep in probe.declaration.sweeps)
    without = {name: reason for name, reason in missing if reason is not None}
    return Selection(probe, asked, skipped=every - chosen, without=without)


def _quick_points(
    facts: DeviceFacts, probe: Probe, sweep: SweepDeclaration, points: list[Parameters]
) -> list[Parameters]:
    wanted = sweep.quick_wanted
    if not sweep.quick or wanted is None:
        return points if sweep.quick else []
    scopes = ((point, scope_at(facts, probe, sweep, point)) for point in points)
    return [point for point, scope in scopes if scope.integer("quick_wanted", wanted)]
