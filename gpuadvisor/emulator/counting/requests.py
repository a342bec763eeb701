"""Requests: the warps that executed one memory instruction with at least one active lane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Addresses = NDArray[np.uint64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]

_LANES = np.arange(32, dtype=np.uint64)
_PERIOD_BYTES = np.uint64(128)
"""Sectors, banks and cache lines look alike every 128 bytes."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of one instruction: `addresses` and `active` (requests, 32), every row with an active lane.

    A row stands for `weights` requests (requests,).
    """

    addresses: Addresses
    active: Mask
    weights: Counts

    def total(self, counts: Counts) -> int:
        """Return the sum of a count per row over all requests."""
        return int(counts @ self.weights)


def gather(addresses: Addresses, active: Mask) -> Requests:
    """Return the rows of (warps, 32) arrays with at least one active lane."""
    present = active.any(axis=1)
    if not present.all():
        addresses, active = addresses[present], active[present]
    return Requests(addresses, active, np.ones(len(addresses), np.int64))


def collapse(requests: Requests) -> Requests:
    """Return one row for all full requests of the same lane distance and base modulo 128 bytes.

    These have the same sectors, wavefronts and distinct bytes. Ordinary code has few such patterns, so
    that counting costs next to nothing. The addresses of a collapsed row are those of one of its requests.
    """
    addresses = requests.addresses
    bases, distances = addresses[:, 0], addresses[:, 1] - addresses[:, 0]
    regular = (addresses == bases[:, None] + distances[:, None] * _LANES).all(axis=1)
    regular &= requests.active.all(axis=1)
    if not regular.any():
        return requests
    keys = distances[regular] * _PERIOD_BYTES + bases[regular] % _PERIOD_BYTES
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    rows = np.concatenate([np.flatnonzero(regular)[first], np.flatnonzero(~regular)])
    weights = np.concatenate([counts, np.ones(len(rows) - len(counts), np.int64)])
    return Requests(addresses[rows], requests.active[rows], weights)


def sorted_starts(requests: Requests) -> Addresses:
    """Return each row's addresses in ascending order; inactive lanes repeat the first active one."""
    starts = requests.addresses
    if not requests.active.all():
        first = np.take_along_axis(starts, requests.active.argmax(axis=1)[:, None], axis=1)
        starts = np.where(requests.active, starts, first)
    if (starts[:, 1:] < starts[:, :-1]).any():
        starts = np.sort(starts, axis=1)
    return starts
