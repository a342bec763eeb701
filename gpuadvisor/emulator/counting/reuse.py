"""How often traced requests touch the same sectors again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.counting.requests import Addresses, sorted_starts
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES, distinct_bytes, ideal_sectors
from gpuadvisor.emulator.counting.trace import Place, RequestTrace
from gpuadvisor.model.traffic import Reuse, Trace

_SECTOR_SHIFT = np.uint64(SECTOR_BYTES.bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Touched:
    """The sectors that the traced requests of one instruction touch."""

    complete: bool
    requests: int
    sectors: int
    """A sector once for each request that touches it."""
    ideal_sectors: int
    of_blocks: list[Addresses]
    """For each block its different sectors."""


def touched(trace: RequestTrace, pc: int, bytes_per_thread: int) -> Touched | None:
    """Return what an instruction touches in global memory; None where it was not traced.

    A thread's bytes lie in one sector: they are aligned to their number, at most 32.
    """
    place: Place = (pc, "global")
    found = trace.requests(place)
    if found is None:
        return None
    requests, blocks = found
    starts = sorted_starts(requests)
    sectors = starts >> _SECTOR_SHIFT
    fresh = np.ones(sectors.shape, np.bool_)
    fresh[:, 1:] = sectors[:, 1:] != sectors[:, :-1]
    return Touched(
        complete=trace.complete(place),
        requests=len(starts),
        sectors=int(np.count_nonzero(fresh)),
        ideal_sectors=int(ideal_sectors(distinct_bytes(starts, bytes_per_thread)).sum()),
        of_blocks=[
            _distinct(sectors[blocks == block][fresh[blocks == block]])
            for block in range(len(trace.positions))
        ],
    )


def reuse(trace: RequestTrace, parts: Sequence[Touched]) -> Reuse | None:
    """Return how often the instructions together touch sectors again; None for no instructions."""
    if not parts:
        return None
    of_blocks = [
        _distinct(np.concatenate(sectors)) for sectors in zip(*(p.of_blocks for p in parts), strict=True)
    ]
    return Reuse(
        trace=Trace(
            blocks=len(trace.positions),
            requests_per_warp=trace.requests_per_warp,
            complete=all(part.complete for part in parts),
            requests=sum(part.requests for part in parts),
        ),
        sectors=sum(part.sectors for part in parts),
        ideal_sectors=sum(part.ideal_sectors for part in parts),
        block_sectors=sum(sectors.size for sectors in of_blocks),
        distinct_sectors=int(_distinct(np.concatenate(of_blocks)).size),
    )


def _distinct(values: Addresses) -> Addresses:
    """Return each value once, in order; `numpy.unique` imports NumPy's masked arrays to do it."""
    ordered = np.sort(values)
    fresh = np.ones(ordered.shape, np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]
