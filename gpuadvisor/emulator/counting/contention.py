"""How the updates of an atomic meet at addresses."""

import numpy as np

from gpuadvisor.emulator.counting.requests import Counts, Requests
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.emulator.counting.trace import RequestTrace
from gpuadvisor.model.traffic import Contention, Trace

_BEHIND_ALL = np.uint64(2**64 - 1)


def contention(trace: RequestTrace, pc: int, tally: AccessTally) -> Contention | None:
    """Return how lanes meet at addresses; None where the access was not traced or is no atomic."""
    place = (pc, tally.space)
    found = trace.requests(place)
    if tally.operation != "atomic" or found is None:
        return None
    requests, _ = found
    turns = worst_lanes(requests)
    _, updates = np.unique(requests.addresses[requests.active], return_counts=True)
    return Contention(
        lanes_per_address=tally.active_threads * tally.bytes_per_thread / tally.distinct_bytes,
        trace=Trace(
            blocks=len(trace.positions),
            requests_per_warp=trace.requests_per_warp,
            complete=trace.complete(place),
            requests=turns.size,
        ),
        worst_lanes=int(turns.max()),
        mean_worst_lanes=float(turns.mean()),
        addresses=updates.size,
        hottest_share=float(updates.max() / updates.sum()),
    )


def worst_lanes(requests: Requests) -> Counts:
    """Return, for each request, the most active lanes at one address."""
    ordered = np.sort(np.where(requests.active, requests.addresses, _BEHIND_ALL), axis=1)
    valid = np.arange(ordered.shape[1]) < requests.active.sum(axis=1)[:, None]
    fresh = valid.copy()
    fresh[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    groups = np.cumsum(fresh) - 1
    lanes = np.bincount(groups[valid.ravel()])
    starts = np.cumsum(fresh.sum(axis=1)) - fresh.sum(axis=1)
    return np.asarray(np.maximum.reduceat(lanes, starts))
