"""Sectors of global memory: distinct aligned 32-byte segments per request, and the fewest that would do."""

import numpy as np

from gpuadvisor.emulator.counting.requests import Addresses, Counts

SECTOR_BYTES = 32
_SECTOR_SHIFT = np.uint64(5)


def sectors(starts: Addresses, bytes_per_thread: int) -> Counts:
    """Return the distinct sectors of each row of ascending addresses, straddling accesses included."""
    first = (starts >> _SECTOR_SHIFT).view(np.int64)
    last = ((starts + np.uint64(bytes_per_thread - 1)) >> _SECTOR_SHIFT).view(np.int64)
    fresh = last[:, 1:] - np.maximum(last[:, :-1], first[:, 1:] - 1)
    return np.asarray(last[:, 0] - first[:, 0] + 1 + fresh.sum(axis=1))


def distinct_bytes(starts: Addresses, bytes_per_thread: int) -> Counts:
    """Return how many different bytes each row of ascending addresses touches."""
    steps = (starts[:, 1:] - starts[:, :-1]).view(np.int64)
    return np.asarray(bytes_per_thread + np.minimum(steps, bytes_per_thread).sum(axis=1))


def ideal_sectors(bytes_touched: Counts) -> Counts:
    """Return the fewest sectors that could hold the bytes of each request."""
    return -(-bytes_touched // SECTOR_BYTES)
