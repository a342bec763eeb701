"""The distinct sectors that a kernel touches: what DRAM must move if every reuse hits a cache."""

import numpy as np

from gpuadvisor.emulator.counting.requests import Addresses, Counts, Mask, Requests
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES

_SECTOR_SHIFT = np.uint64(5)
_PAGE_SECTORS = 1 << 22
"""Sectors per page of flags: 128 MiB of memory."""
_FEW_PAGES = 64


def covering_addresses(requests: Requests, patterns: Requests) -> Addresses:
    """Return addresses in every sector that the requests touch, fewer than all where lanes lie close.

    `patterns` are the collapsed requests.
    """
    if not patterns.active.all():
        return requests.addresses[requests.active]
    steps = np.diff(patterns.addresses.astype(np.int64), axis=1)
    monotone = bool((steps >= 0).all() or (steps <= 0).all())
    widest = int(np.abs(steps).max())
    if not monotone or 2 * widest > SECTOR_BYTES:
        return requests.addresses
    lanes = [*range(0, 31, SECTOR_BYTES // widest), 31] if widest else [0]
    return requests.addresses[:, lanes]


class Footprint:
    """A set of sectors, kept as flags in pages that exist where memory was touched."""

    def __init__(self) -> None:
        self._pages: dict[int, Mask] = {}

    def add(self, addresses: Addresses, bytes_per_thread: int) -> None:
        """Add the sectors of accesses of `bytes_per_thread` at `addresses`, of any shape."""
        starts = (addresses >> _SECTOR_SHIFT).view(np.int64)
        self._mark(starts)
        last_byte = np.uint64(bytes_per_thread - 1)
        if (
            int(np.bitwise_or.reduce(addresses, axis=None) & last_byte) == 0
            and bytes_per_thread <= SECTOR_BYTES
        ):
            return
        ends = ((addresses + last_byte) >> _SECTOR_SHIFT).view(np.int64)
        for step in range(1, int((ends - starts).max(initial=0)) + 1):
            self._mark(np.minimum(starts + step, ends))

    def _mark(self, sectors: Counts) -> None:
        if not sectors.size:
            return
        low, high = int(sectors.min()) // _PAGE_SECTORS, int(sectors.max()) // _PAGE_SECTORS
        if low == high:
            self._page(low)[sectors - low * _PAGE_SECTORS] = True
            return
        pages = sectors // _PAGE_SECTORS
        numbers = range(low, high + 1) if high - low < _FEW_PAGES else np.unique(pages).tolist()
        for number in numbers:
            within = sectors[pages == number]
            if within.size:
                self._page(number)[within - number * _PAGE_SECTORS] = True

    def _page(self, number: int) -> Mask:
        if number not in self._pages:
            self._pages[number] = np.zeros(_PAGE_SECTORS, np.bool_)
        return self._pages[number]

    @property
    def size_bytes(self) -> int:
        """The bytes of all sectors in the set."""
        return SECTOR_BYTES * sum(int(np.count_nonzero(page)) for page in self._pages.values())
