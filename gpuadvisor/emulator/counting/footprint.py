"""The distinct sectors that a kernel touches: what DRAM must move if every reuse hits a cache."""

import numpy as np

from gpuadvisor.emulator.counting.requests import Addresses, Mask
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES

_PAGE_SECTORS = 1 << 22
"""Sectors per page of flags: 128 MiB of memory."""
_FEW_PAGES = 64


class Footprint:
    """A set of sectors, kept as flags in pages that exist where memory was touched."""

    def __init__(self) -> None:
        self._pages: dict[int, Mask] = {}

    def add(self, addresses: Addresses, bytes_per_thread: int) -> None:
        """Add the sectors of accesses of `bytes_per_thread` at `addresses`, of any shape."""
        starts = addresses // np.uint64(SECTOR_BYTES)
        self._mark(starts)
        ends = (addresses + np.uint64(bytes_per_thread - 1)) // np.uint64(SECTOR_BYTES)
        for step in range(1, int((ends - starts).max(initial=0)) + 1):
            self._mark(np.minimum(starts + np.uint64(step), ends))

    def _mark(self, sectors: Addresses) -> None:
        if not sectors.size:
            return
        low, high = int(sectors.min()) // _PAGE_SECTORS, int(sectors.max()) // _PAGE_SECTORS
        if low == high:
            self._page(low)[sectors % np.uint64(_PAGE_SECTORS)] = True
            return
        pages = sectors // np.uint64(_PAGE_SECTORS)
        numbers = range(low, high + 1) if high - low < _FEW_PAGES else np.unique(pages).tolist()
        for number in numbers:
            within = sectors[pages == np.uint64(number)]
            if within.size:
                self._page(number)[within % np.uint64(_PAGE_SECTORS)] = True

    def _page(self, number: int) -> Mask:
        if number not in self._pages:
            self._pages[number] = np.zeros(_PAGE_SECTORS, np.bool_)
        return self._pages[number]

    @property
    def size_bytes(self) -> int:
        """The bytes of all sectors in the set."""
        return SECTOR_BYTES * sum(int(np.count_nonzero(page)) for page in self._pages.values())
