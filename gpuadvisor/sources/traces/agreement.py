"""Where several sources speak of the same kernels: what they add to one another, and where they disagree."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec

from gpuadvisor.model.counters import Counts, KernelCounters
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.kernel_names import plain_name
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Claim, Disagreement
from gpuadvisor.model.timeline import KernelActivity, TimelineProfile

COUNTED_GLOBAL, COUNTED_SHARED = ("requests", "sectors"), ("requests", "wavefronts")
QUANTITIES = {
    "registers_per_thread": "registers",
    "shared_bytes": "bytes",
    "grid": "blocks",
    "block": "threads",
    **{f"global_{operation}_{unit}": unit for operation in ("load", "store") for unit in COUNTED_GLOBAL},
    **{f"shared_{operation}_{unit}": unit for operation in ("load", "store") for unit in COUNTED_SHARED},
}
"""What is compared, with units. Instructions are not: PTX and machine code have different ones."""
_TOLERANCE = 0.01
"""Of what is counted: on hardware a few sectors of stores go uncounted, and conflicts carry noise."""
_PARTS = ("resources", "occupancy", "counters", "time", "loads_in_flight")

Value = int | tuple[int, int, int]
Figures = dict[str, Value | None]


def merged(files: Iterable[Sequence[KernelProfile]]) -> list[KernelProfile]:
    """Return the profiles of all files; those of one launch on one device in several files become one.

    What the first file lacks, the others add. Profiles of one file stay apart: they are several launches.
    """
    found: list[KernelProfile] = []
    for profiles in files:
        alike: defaultdict[object, list[int]] = defaultdict(list)
        for index, known in enumerate(found):
            alike[_identity(known)].append(index)
        for profile in profiles:
            same = alike[_identity(profile)]
            if same:
                index = same.pop(0)
                found[index] = _joined(found[index], profile)
            else:
                found.append(profile)
    return found


def _identity(profile: KernelProfile) -> object:
    return plain_name(profile.name), profile.device, profile.launch


def _joined(known: KernelProfile, other: KernelProfile) -> KernelProfile:
    added = {part: getattr(other, part) for part in _PARTS if getattr(known, part) is None}
    notes = list(dict.fromkeys([*known.notes, *other.notes]))
    return msgspec.structs.replace(known, **added, notes=notes)


def disagreements(
    profiles: Sequence[KernelProfile], timelines: Sequence[TimelineProfile]
) -> list[Disagreement]:
    """Return what sources tell differently of kernels of one name.

    A source may tell several values, of several launches: two disagree where they share none of them.
    """
    told: defaultdict[tuple[str, str], dict[Claim, None]] = defaultdict(dict)
    for profile in profiles:
        _note(told, profile.name, _of_profile(profile), profile.source, _provenance(profile))
        if profile.counters is not None:
            counts, provenance = _of_counters(profile.counters), profile.counters.provenance
            _note(told, profile.name, counts, profile.source, provenance)
    for timeline in timelines:
        for kernel in timeline.kernels:
            _note(told, kernel.name, _of_activity(kernel), timeline.source, timeline.provenance)
    return [
        Disagreement(kernel=name, quantity=quantity, unit=QUANTITIES[quantity], claims=list(claims))
        for (name, quantity), claims in told.items()
        if _disagree(claims, _TOLERANCE if quantity in Counts.__struct_fields__ else 0)
    ]


def _note(
    told: dict[tuple[str, str], dict[Claim, None]],
    name: str,
    figures: Figures,
    source: str,
    provenance: Provenance,
) -> None:
    for quantity, value in figures.items():
        if value is not None:
            claim = Claim(source=source, provenance=provenance, value=value)
            told[plain_name(name), quantity][claim] = None


def _disagree(claims: Iterable[Claim], tolerance: float) -> bool:
    by_source: defaultdict[str, set[Value]] = defaultdict(set)
    for claim in claims:
        by_source[claim.source].add(claim.value)
    return any(
        not any(_alike(value, another, tolerance) for value in one for another in other)
        for one, other in combinations(by_source.values(), 2)
    )


def _alike(value: Value, another: Value, tolerance: float) -> bool:
    if isinstance(value, int) and isinstance(another, int):
        return abs(value - another) <= tolerance * max(value, another)
    return value == another


def _of_profile(profile: KernelProfile) -> Figures:
    resources, launch = profile.resources, profile.launch
    return {
        "registers_per_thread": None if resources is None else resources.registers_per_thread,
        "shared_bytes": (
            None if resources is None else resources.static_shared_bytes + launch.dynamic_shared_bytes
        ),
        "grid": launch.grid,
        "block": launch.block,
    }


def _of_counters(counters: KernelCounters) -> Figures:
    names = [name for name in QUANTITIES if name in Counts.__struct_fields__ and counters.tells(name)]
    return {name: getattr(counters, name) for name in names}


def _of_activity(kernel: KernelActivity) -> Figures:
    return {
        "registers_per_thread": kernel.registers_per_thread,
        "shared_bytes": kernel.shared_bytes,
        "grid": kernel.grid,
        "block": kernel.block,
    }


def _provenance(profile: KernelProfile) -> Provenance:
    parts = (profile.resources, profile.counters, profile.time)
    return next((part.provenance for part in parts if part is not None), Provenance.COMPILED)
