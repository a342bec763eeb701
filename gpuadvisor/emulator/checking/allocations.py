"""What malloc in device code gave during a launch, and what became of it.

Memory that was freed stays reserved until the launch is over, so that nothing else lies where a stale
pointer points. Bytes lost at the end are those that no pointer in memory points to: a kernel may leave
memory to a later launch.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.checking.log import Place
from gpuadvisor.emulator.heap import HEAP_NAME
from gpuadvisor.emulator.memory import GlobalMemory

_POINTER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Allocated:
    """One block of memory and who asked for it."""

    address: int
    size_bytes: int
    place: Place


@dataclass(slots=True)
class Allocations:
    """The blocks of the device heap in `memory`."""

    memory: GlobalMemory
    live: dict[int, Allocated] = field(default_factory=dict)
    freed: dict[int, Allocated] = field(default_factory=dict)
    """Here the place is that of the free."""

    def use_after_free(self, addresses: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which addresses lie in memory that was freed."""
        if not self.freed:
            return np.zeros(addresses.size, np.bool_)
        starts = np.array(sorted(self.freed), np.uint64)
        sizes = np.array([self.freed[int(start)].size_bytes for start in starts], np.uint64)
        index = np.searchsorted(starts, addresses, side="right") - 1
        distance = addresses - starts[np.maximum(index, 0)]
        return np.asarray((index >= 0) & (distance < sizes[np.maximum(index, 0)]))

    def freed_at(self, address: int) -> Allocated | None:
        """Return the freed block that an address lies in."""
        return next((e for e in self.freed.values() if 0 <= address - e.address < e.size_bytes), None)

    def lost(self) -> list[Allocated]:
        """Return what nobody can free any more."""
        if not self.live:
            return []
        pointers = np.unique(np.concatenate([self._pointers(each) for each in self._holders()]))
        return [each for each in self.live.values() if not _points_into(pointers, each)]

    def _holders(self) -> list[tuple[int, int]]:
        """Return the ranges of memory that may hold pointers."""
        starts, ends = self.memory.ranges()
        ranges = zip(starts.tolist(), ends.tolist(), strict=True)
        return [(start, end) for start, end in ranges if start not in self.freed]

    def _pointers(self, held: tuple[int, int]) -> NDArray[np.uint64]:
        start = -(-held[0] // _POINTER_BYTES) * _POINTER_BYTES
        end = held[1] // _POINTER_BYTES * _POINTER_BYTES
        content = self.memory.read(start, end - start) if end > start else b""
        return np.frombuffer(content, np.uint64)

    def release(self) -> None:
        """Give back what was freed."""
        for address in self.freed:
            self.memory.free(address)
        self.freed.clear()


def is_heap(memory: GlobalMemory, address: int) -> bool:
    """Whether malloc in device code, of this launch or an earlier one, gave the memory at an address."""
    return memory.name_of(address) == HEAP_NAME


def _points_into(pointers: NDArray[np.uint64], block: Allocated) -> bool:
    first = int(np.searchsorted(pointers, np.uint64(block.address)))
    return first < pointers.size and int(pointers[first]) < block.address + block.size_bytes
