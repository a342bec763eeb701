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
_LANES = np.arange(32)


def fill(record: Record, plan: Plan, parts: Sequence[Part]) -> None:
    """Add what the parts counted to an empty record."""
    totals = sum((part.counters for part in parts), np.zeros(len(plan.counters), np.int64))
    counts = {name: int(total) for name, total in zip(plan.counters, totals, strict=True)}
    _fill_instructions(record, plan, counts)
    for sites in _by_access(plan).values():
        _fill_access(record, plan.sites[sites[0]], [part.sites[sites] for part in parts])


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


def _fill_access(record: Record, site: Site, tallies: Sequence[NDArray[Any]]) -> None:
    """Add what an access counted: its sites in each part of the launch."""
    every = np.concatenate(tallies)
    totals = (every["total"] + every["repeats"][:, None] * every["each"]).sum(axis=0)
    counts = {name: int(total) for name, total in zip(COUNTED, totals, strict=True)}
    if not counts["requests"]:
        return
    space, operation = cast(Space, site.space), cast(AccessKind, site.operation)
    addresses, masks = _samples(tallies)
    tally = record.accesses[site.pc, space, operation] = AccessTally(
        space, operation, site.bytes_per_thread, samples=[addresses], sample_masks=[masks]
    )
    for name, count in counts.items():
        setattr(tally, name, count)


def _samples(tallies: Sequence[NDArray[Any]]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return kept rows of addresses and masks, as many of each part."""
    rows = [kept for tally in tallies if (kept := _kept(tally))]
    each = max(1, _SAMPLES // len(rows))
    chosen = [row for kept in rows for row in kept[:each]]
    bits = np.array([mask for _, mask in chosen], np.uint64)
    lanes = (bits[:, None] >> _LANES.astype(np.uint64)) & np.uint64(1)
    return np.stack([addresses for addresses, _ in chosen]), lanes.astype(np.bool_)


def _kept(sites: NDArray[Any]) -> list[tuple[NDArray[np.uint64], int]]:
    """Return the rows that the sites of an access kept in a part, those of each execution side by side."""
    return [
        (site["sample_addresses"][row], site["sample_masks"][row])
        for row in range(int(sites["samples"].max()))
        for site in sites
        if row < site["samples"]
    ]
