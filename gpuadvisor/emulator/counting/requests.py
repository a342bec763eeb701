"""Requests: the warps that executed one memory instruction with at least one active lane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Addresses = NDArray[np.uint64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]

_ALIGNMENT = np.uint64(~127 & (2**64 - 1))
"""Sectors, banks and cache lines look alike every 128 bytes."""
_NOWHERE = np.uint64(1 << 63)
_MIXER = np.random.default_rng(1).integers(0, 2**63, 32, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
"""Odd factors that tell patterns of lanes apart by one sum."""


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
    """Return one row for all requests that are alike but for a distance of whole 128 bytes.

    These have the same sectors, wavefronts and distinct bytes. Ordinary code has few such patterns, so
    that counting costs next to nothing. The addresses of a collapsed row are those of one of its requests.
    """
    relative = requests.addresses - (first_addresses(requests) & _ALIGNMENT)[:, None]
    if not requests.active.all():
        relative = np.where(requests.active, relative, _NOWHERE)
    _, chosen, pattern, counts = np.unique(
        relative @ _MIXER, return_index=True, return_inverse=True, return_counts=True
    )
    repeated = 2 * len(chosen) <= len(relative)
    if not repeated or (relative != relative[chosen][pattern]).any():
        return requests
    return Requests(requests.addresses[chosen], requests.active[chosen], counts)


def moved(before: Requests, after: Requests, period_bytes: int) -> bool:
    """Return whether all active lanes moved by one distance, a multiple of `period_bytes`."""
    if before.addresses.shape != after.addresses.shape:
        return False
    lane = int(after.active[0].argmax())
    distance = after.addresses[:1, lane] - before.addresses[:1, lane]
    if int(distance[0]) % period_bytes or not np.array_equal(before.active, after.active):
        return False
    same = after.addresses - before.addresses == distance
    return bool(same.all() or (same | ~after.active).all())


def first_addresses(requests: Requests) -> Addresses:
    """Return the address of the first active lane of each row."""
    if requests.active[:, 0].all():
        return requests.addresses[:, 0]
    lanes = requests.active.argmax(axis=1)
    return np.asarray(np.take_along_axis(requests.addresses, lanes[:, None], axis=1)[:, 0])


def sorted_starts(requests: Requests) -> Addresses:
    """Return each row's addresses in ascending order; inactive lanes repeat the first active one."""
    starts = requests.addresses
    if not requests.active.all():
        starts = np.where(requests.active, starts, first_addresses(requests)[:, None])
    if (starts[:, 1:] < starts[:, :-1]).any():
        starts = np.sort(starts, axis=1)
    return starts
