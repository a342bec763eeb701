"""From what the parts of a launch counted to the record that documents are made of."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.branches import BranchTally
from gpuadvisor.emulator.counting.observe import Record
from gpuadvisor.emulator.counting.tally import AccessKind, AccessTally, Space
from gpuadvisor.emulator.native.abi import COUNTED
from gpuadvisor.emulator.native.plan import Plan, Site
from gpuadvisor.emulator.native.turns import Part

_SAMPLES = 128
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
            _fill_access(record, plan.sites[numbers[0]], counted, [part.sites[numbers] for part in parts])


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


def _fill_access(record: Record, site: Site, counted: dict[str, int], parts: Sequence[NDArray[Any]]) -> None:
    """Add an access: what it counted, and its sites in each part of the launch."""
    space, operation = cast(Space, site.space), cast(AccessKind, site.operation)
    addresses, masks = _samples(parts)
    tally = record.accesses[site.pc, space, operation] = AccessTally(
        space, operation, site.bytes_per_thread, samples=[addresses], sample_masks=[masks]
    )
    for name, count in counted.items():
        setattr(tally, name, count)


def _samples(parts: Sequence[NDArray[Any]]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return rows of addresses and masks, as many of each part: first the first two, then others spread out.

    The first two rows follow each other in one warp; what comes later shows how requests differ.
    """
    kept = [(sites, executions) for sites in parts if (executions := _executions(sites))]
    each = max(1, _SAMPLES // (len(kept) * len(parts[0])))
    leading = 2
    addresses, masks = [], []
    for sites, executions in kept:
        chosen = executions[:leading] + _spread(executions[leading:], each - leading)
        site, row = zip(*(place for execution in chosen for place in execution), strict=True)
        addresses.append(sites["sample_addresses"][site, row])
        masks.append(sites["sample_masks"][site, row])
        leading = 0
    bits = np.concatenate(masks)[:, None] >> _LANES
    return np.concatenate(addresses), (bits & np.uint64(1)).astype(np.bool_)


_Rows = list[tuple[int, int]]
"""The site and the position of kept rows."""


def _executions(sites: NDArray[Any]) -> list[_Rows]:
    """Return the rows that the sites of one instruction kept, by execution of it."""
    counts = sites["samples"].tolist()
    return [[(site, row) for site in range(len(counts)) if row < counts[site]] for row in range(max(counts))]


def _spread(executions: list[_Rows], number: int) -> list[_Rows]:
    """Return so many of the executions, evenly spread."""
    if len(executions) <= number:
        return executions
    positions = np.linspace(0, len(executions) - 1, max(0, number), dtype=int)
    return [executions[position] for position in positions]
