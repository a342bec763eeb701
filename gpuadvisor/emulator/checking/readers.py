"""Who read each piece of shared memory last.

Kept are the lanes of the warp that read last, and of the last other warp: enough to find a reader that is
not the thread that writes, without a list of all readers.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE
from gpuadvisor.emulator.checking.ordering import Ordering, Threads, Times


class Slot:
    """By piece: the warp that read, which of its lanes, when last and where in the program."""

    def __init__(self, pieces: int) -> None:
        self.warp: NDArray[np.int32] = np.full(pieces, -1, np.int32)
        self.lanes: NDArray[np.uint32] = np.zeros(pieces, np.uint32)
        self.time: Times = np.zeros(pieces, np.int32)
        self.pc: NDArray[np.int32] = np.zeros(pieces, np.int32)

    def take(self, other: "Slot", pieces: Threads, warps: NDArray[np.int32]) -> None:
        """Copy what another slot knows of readers of other warps."""
        self.warp[pieces] = warps
        self.lanes[pieces] = other.lanes[pieces]
        self.time[pieces] = other.time[pieces]
        self.pc[pieces] = other.pc[pieces]

    def conflicts(self, pieces: Threads, threads: Threads, order: Ordering) -> NDArray[np.bool_]:
        """Return which threads would write what another one read without being ordered with it."""
        racing = np.zeros(pieces.size, np.bool_)
        found = order.recent(self.time[pieces], threads)
        pieces, threads = pieces[found], threads[found]
        warps = self.warp[pieces]
        own = np.where(warps == threads // WARP_SIZE, _bit(threads), np.uint32(0))
        racing[found] = (self.time[pieces] > order.since(threads, warps)) & ((self.lanes[pieces] & ~own) != 0)
        return racing

    def add(self, pieces: Threads, threads: Threads, now: int, pc: int) -> None:
        """Note readers of the slot's own warps."""
        np.bitwise_or.at(self.lanes, pieces, _bit(threads))
        self.time[pieces] = now
        self.pc[pieces] = pc

    def reader(self, piece: int, thread: int) -> int:
        """Return a thread, other than the given one, that read a piece."""
        lanes, warp = int(self.lanes[piece]), int(self.warp[piece])
        others = lanes & ~(1 << thread % WARP_SIZE) if warp == thread // WARP_SIZE else lanes
        return warp * WARP_SIZE + others.bit_length() - 1


class Readers:
    """The last readers of every piece."""

    def __init__(self, pieces: int, order: Ordering) -> None:
        self._order = order
        self._last, self._before = Slot(pieces), Slot(pieces)

    def conflicts(self, pieces: Threads, threads: Threads) -> list[tuple[NDArray[np.bool_], Slot]]:
        """Return which writers are not ordered with a reader, and where that reader is kept."""
        return [(slot.conflicts(pieces, threads, self._order), slot) for slot in (self._last, self._before)]

    def add(self, pieces: Threads, threads: Threads, pc: int) -> None:
        """Note that threads read."""
        last, warps = self._last, (threads // WARP_SIZE).astype(np.int32)
        earlier = last.warp[pieces]
        recent = last.time[pieces] > self._order.since(threads, earlier)
        last.warp[pieces] = warps
        chosen = last.warp[pieces]  # where several warps read a piece, one of them
        changed = chosen != earlier
        self._before.take(last, pieces[changed & recent], earlier[changed & recent])
        last.lanes[pieces[changed | ~recent]] = 0
        mine = chosen == warps
        last.add(pieces[mine], threads[mine], self._order.now, pc)
        if not mine.all():
            self._add_others(pieces[~mine], threads[~mine], pc)

    def _add_others(self, pieces: Threads, threads: Threads, pc: int) -> None:
        before, warps = self._before, (threads // WARP_SIZE).astype(np.int32)
        before.lanes[pieces] = 0
        before.warp[pieces] = warps
        mine = before.warp[pieces] == warps
        before.add(pieces[mine], threads[mine], self._order.now, pc)


def _bit(threads: Threads) -> NDArray[np.uint32]:
    return np.uint32(1) << (threads % WARP_SIZE).astype(np.uint32)
