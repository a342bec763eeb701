"""Which accesses lie where they must not, and the words for it."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.memory import GlobalMemory

Addresses = NDArray[np.uint64]
Mask = NDArray[np.bool_]


def outside(origin: Origin, addresses: Addresses, size_bytes: int) -> Mask:
    """Return which accesses are not all inside a range."""
    room = origin.end - origin.start - size_bytes
    if room < 0:
        return np.ones(addresses.size, np.bool_)
    return np.asarray(addresses - np.uint64(origin.start) > np.uint64(room))


def outside_buffers(memory: GlobalMemory, addresses: Addresses, size_bytes: int) -> Mask:
    """Return which accesses of global memory are not all in one buffer."""
    starts, ends = memory.ranges()
    index = np.searchsorted(starts, addresses, side="right") - 1
    ends = ends[np.maximum(index, 0)]
    return np.asarray((index < 0) | (addresses >= ends) | (ends - addresses < size_bytes))


def off_alignment(addresses: Addresses, size_bytes: int) -> Mask:
    """Return which addresses are not multiples of the size."""
    return np.asarray((addresses & np.uint64(size_bytes - 1)) != 0)


def where_it_lies(origin: Origin, address: int, size_bytes: int) -> str:
    """Say where an access lies that is not inside a range."""
    length = f"{origin.end - origin.start:,} bytes"
    if address < origin.start:
        return f"{origin.start - address:,} bytes before the start of {length}"
    if address < origin.end:
        return f"{address + size_bytes - origin.end:,} bytes across the end of {length}"
    if address == origin.end:
        return f"right behind the end of {length}"
    return f"{address - origin.end:,} bytes behind the end of {length}"
