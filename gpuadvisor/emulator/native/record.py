"""From what the parts of a launch counted to the record that documents are made of."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.branches import BranchTally
from gpuadvisor.emulator.counting.observe import Record
from gpuadvisor.emulator.counting.tally import AccessKind, AccessTally, Space
from gpuadvisor.emulator.native.abi import COUNTED
from gpuadvisor.emulator.native.launch import SAMPLES
from gpuadvisor.emulator.native.plan import Plan, Site
from gpuadvisor.emulator.native.turns import Part

_LANES = np.arange(32, dtype=np.uint64)


def fill(record: Record, plan: Plan, parts: Sequence[Part]) -> None:
    """Add what the parts counted to an empty record."""
    totals = np.sum([part.counters for part in parts], axis=0)
    counts = dict(zip(plan.counters, totals.tolist(), strict=True))
    _fill_instructions(record, plan, counts)
    counted_by_site = np.sum([_totals(part.sites) for part in parts], axis=0)
    for numbers in _by_access(plan).values():
        counted = dict(zip(COUNTED, counted_by_site[numbers].sum(axis=0).tolist(), strict=True))
        if counted["requests"]:
            _fill_access(record, plan.sites[numbers[0]], counted, _samples(parts, numbers))
    if plan.image_sites:
        from gpuadvisor.emulator.native.textures.counted import fill_images

        fill_images(record, plan, [part.images for part in parts])


def _totals(sites: NDArray[Any]) -> NDArray[np.int64]:
    """Return what each site counted, (sites, len(COUNTED))."""
    return np.asarray(sites["total"] + sites["repeats"][:, None] * sites["each"])


def _by_access(plan: Plan) -> dict[tuple[int, str, str], list[int]]:
    """Return the numbers of the sites of each access; instructions that move matrices have several."""
    found: dict[tuple[int, str, str], list[int]] = {}
    for number, site in enumerate(plan.sites):
        if site.counted:
            found.setdefault((site.pc, site.space, site.operation), []).append(number)
    return found


def _fill_instructions(record: Record, plan: Plan, counts: dict[tuple[str, int], int]) -> None:
    for number, (start, end) in enumerate(pairwise(plan.starts)):
        executions, threads = counts["executions", number], counts["threads", number]
        for pc in range(start, end):
            record.warps[pc], record.threads[pc] = executions, threads
            record.predicated_on[pc] = counts.get(("predicated_on", pc), threads)
        last = end - 1
        if ("divergent", last) in counts and executions:
            record.branches[last] = _branch(counts, last, executions, threads)
        if ("barriers", last) in counts and executions:
            record.barriers[last] = counts["barriers", last]


def _branch(counts: dict[tuple[str, int], int], pc: int, executions: int, threads: int) -> BranchTally:
    more = ("nobody_takes", "divergent_threads", "divergent_taken")
    tally = BranchTally(executions, counts["divergent", pc], threads)
    for name in more:
        setattr(tally, name, counts.get((name, pc), 0))
    return tally


_Samples = tuple[NDArray[np.uint64], NDArray[np.bool_]]
"""Rows of addresses and masks."""


def _fill_access(record: Record, site: Site, counted: dict[str, int], samples: _Samples) -> None:
    """Add an access: what it counted, and some of its requests."""
    space, operation = cast(Space, site.space), cast(AccessKind, site.operation)
    addresses, masks = samples
    tally = record.accesses[site.pc, space, operation] = AccessTally(
        space, operation, site.bytes_per_thread, samples=[addresses], sample_masks=[masks]
    )
    for name, count in counted.items():
        setattr(tally, name, count)


def _samples(parts: Sequence[Part], numbers: list[int]) -> _Samples:
    """Return requests of an instruction's sites, as many of each part: first the first two, then others.

    The first two follow each other in one warp; what comes later shows how requests differ.
    """
    counts = [part.sites["samples"][numbers] for part in parts]
    kept = [(part, tuple(count.tolist())) for part, count in zip(parts, counts, strict=True) if count.any()]
    each = max(1, SAMPLES // (len(kept) * len(numbers)))
    chosen: list[NDArray[Any]] = []
    for part, count in kept:
        sites, rows = _chosen(count, 0 if chosen else 2, each)
        chosen.append(part.samples[np.take(numbers, sites), rows])
    masks = np.concatenate([requests["mask"] for requests in chosen])[:, None] >> _LANES
    addresses = np.concatenate([requests["addresses"] for requests in chosen])
    return addresses, (masks & np.uint64(1)).astype(np.bool_)


@lru_cache(maxsize=1024)
def _chosen(counts: tuple[int, ...], leading: int, number: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return sites and rows to take of sites that kept so many: the leading executions, others spread out."""
    executions = max(counts)
    others = min(executions, max(number, leading)) - leading
    spread = np.linspace(leading, executions - 1, max(0, others), dtype=int).tolist()
    taken = [*range(min(leading, executions)), *spread]
    places = [(site, row) for row in taken for site, count in enumerate(counts) if row < count]
    sites, rows = np.array(places).T
    return sites, rows
