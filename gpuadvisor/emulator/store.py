"""Bytes that can be read and written in units of 1, 2, 4, 8 or 16 bytes."""

import os
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.widths import unsigned
from gpuadvisor.model.errors import GpuAdvisorError

_SHIFT = {1: 0, 2: 1, 4: 2, 8: 3, 16: 4}


class ByteStore:
    """A zeroed array of bytes, and views of it by width."""

    __slots__ = ("_views", "bytes")

    def __init__(self, size_bytes: int) -> None:
        self._set(zeroed(-(-size_bytes // 16) * 16))

    def _set(self, content: NDArray[np.uint8]) -> None:
        self.bytes = content
        self._views: dict[int, NDArray[Any]] = {width: content.view(unsigned(width)) for width in _SHIFT}

    @classmethod
    def over(cls, content: NDArray[np.uint8]) -> "ByteStore":
        """Return a store of bytes that lie elsewhere, a multiple of 16 of them."""
        store = cls(0)
        store._set(content)
        return store

    def grow(self, size_bytes: int) -> None:
        """Make room for `size_bytes`, keeping the content."""
        if size_bytes <= self.bytes.size:
            return
        larger = zeroed(max(-(-size_bytes // 16) * 16, 2 * self.bytes.size))
        larger[: self.bytes.size] = self.bytes
        self._set(larger)

    def view(self, width: int) -> NDArray[Any]:
        """Return the bytes as unsigned integers of `width` bytes."""
        return self._views[width]

    def load(self, positions: NDArray[np.int64], width: int) -> NDArray[Any]:
        """Return the integers of `width` bytes at byte positions that are multiples of it."""
        return self._views[width].take(positions >> _SHIFT[width])

    def store(self, positions: NDArray[np.int64], width: int, values: NDArray[Any]) -> None:
        """Write integers of `width` bytes; where positions repeat, the last lane wins."""
        self._views[width][positions >> _SHIFT[width]] = values


def zeroed(size_bytes: int) -> NDArray[np.uint8]:
    """Return zeroed memory; raise GpuAdvisorError where this machine has not as much."""
    try:
        if size_bytes <= _memory_bytes():
            return np.zeros(size_bytes, np.uint8)
    except MemoryError:
        pass
    raise GpuAdvisorError(f"{size_bytes} bytes of emulated memory: this machine has fewer")


@cache
def _memory_bytes() -> int:
    """Return the memory of this machine, which `numpy.zeros` promises more of than there is."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def misaligned(addresses: NDArray[np.uint64], lanes: NDArray[np.int64], size_bytes: int, what: str) -> None:
    """Raise ThreadFault for the first lane whose address is not a multiple of `size_bytes`."""
    if size_bytes == 1:
        return
    remainder = addresses & np.uint64(size_bytes - 1)
    if remainder.any():
        first = int((remainder != 0).argmax())
        raise ThreadFault(
            f"{what} at address {int(addresses[first]):#x} is not aligned to {size_bytes} bytes",
            int(lanes[first]),
        )
