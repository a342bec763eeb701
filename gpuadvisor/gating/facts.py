"""The facts of a kernel that a gate judges, and in which direction they get worse."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import kernel_scene
from gpuadvisor.model.gate import GateValue
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import Better, MachineProfile
from gpuadvisor.model.provenance import Provenance

TIME = "time"
SAMPLES = "time.samples"
"""Stored times of an item in seconds, one of each round, as text of six digits."""
RELATIVE_ONLY = frozenset({TIME})
_KERNEL = "kernel."
CATALOGUED = {TIME: "time.seconds"}
"""Names of the gate's own for facts of the catalogue."""

COMPARED: Mapping[str, Better] = {
    "spill_bytes": "lower",
    "local_bytes": "lower",
    "occupancy.theoretical": "higher",
    "warp_instructions": "lower",
    "thread_instructions": "lower",
    "fp64_instructions": "lower",
    "division_instructions": "lower",
    "global_load.requests": "lower",
    "global_load.sectors": "lower",
    "global_store.requests": "lower",
    "global_store.sectors": "lower",
    "global_atomic.requests": "lower",
    "global_atomic.sectors": "lower",
    "shared_load.wavefronts": "lower",
    "shared_store.wavefronts": "lower",
    "shared_atomic.wavefronts": "lower",
    "texture.requests": "lower",
    "texture.sectors": "lower",
    "surface_load.sectors": "lower",
    "surface_store.sectors": "lower",
    "surface_atomic.sectors": "lower",
    "local_requests": "lower",
    "divergent_branches": "lower",
    "barriers": "lower",
    "dram_bytes": "lower",
    "time.seconds": "lower",
}
"""Compared with the baseline: what costs time whenever it grows."""
RECORDED = (
    "registers_per_thread",
    "shared_bytes",
    "threads_per_block",
    "blocks",
    "occupancy.limiters",
    "time.bound_by",
)
"""Kept in the baseline to explain a change; worse only through what is compared, or by a budget."""
BY_COMPILER = frozenset(
    {"registers_per_thread", "spill_bytes", "local_bytes", "occupancy.theoretical", "occupancy.limiters"}
    | {"warp_instructions", "thread_instructions", "fp64_instructions", "local_requests"}
    | {"division_instructions"}
    | {"time.seconds", "time.bound_by"}
)
"""Facts that another version of the compiler changes for the same source."""


@dataclass(frozen=True, slots=True)
class Known:
    """The value of a fact, its unit and where it comes from."""

    value: GateValue
    unit: str
    provenance: Provenance


def is_fact(name: str) -> bool:
    """Return whether budgets may name it."""
    return _catalogued(name) in CATALOGUE


def near_fact(name: str) -> str | None:
    """Return a question that names the closest fact, if one is close."""
    names = [each.removeprefix(_KERNEL) for each in CATALOGUE if each.startswith(_KERNEL)]
    close = get_close_matches(name, [*names, TIME], n=1)
    return f"did you mean `{close[0]}`?" if close else "`docs/facts.md` lists the facts of a kernel"


def kernel_facts(machine: MachineProfile | None, kernel: KernelProfile) -> dict[str, Known]:
    """Return what is known of a kernel, of the facts that go into a baseline, by name."""
    names = [*COMPARED, *RECORDED]
    found = {name: fact(name, machine, kernel) for name in names}
    return {name: rounded(known) for name, known in found.items() if known is not None}


def fact(name: str, machine: MachineProfile | None, kernel: KernelProfile) -> Known | None:
    """Return one fact of a kernel by the name that budgets use; None where it is not known."""
    scene = kernel_scene(machine, kernel)
    entry = CATALOGUE[_catalogued(name)]
    value, provenance = entry.read(scene), entry.provenance(scene)
    return None if value is None or provenance is None else Known(value, entry.unit, provenance)


def rounded(known: Known) -> Known:
    """Return a fact as a baseline holds it: six digits, which is more than any model is worth."""
    return replace(known, value=float(f"{known.value:.6g}")) if isinstance(known.value, float) else known


def _catalogued(name: str) -> str:
    return f"{_KERNEL}{CATALOGUED.get(name, name)}"
