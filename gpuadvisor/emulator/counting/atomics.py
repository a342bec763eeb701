"""Atomics and reductions on global memory, as hardware counts their sectors: one for every active lane.

All 32 lanes on one address count 32 sectors, one lane counts one (Nsight Compute reports of float atomicAdd).
"""

import numpy as np

from gpuadvisor.emulator.counting.requests import Counts, Requests


def atomic_sectors(requests: Requests) -> Counts:
    """Return the sectors of each row of atomics."""
    return np.asarray(requests.active.sum(axis=1))
