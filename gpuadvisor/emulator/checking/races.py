"""Races on shared memory: accesses by different threads, one of them a write, that nothing orders.

Atomic operations do not race with each other. Nor do writes of the value that is there already, be it from
the same instruction or an earlier one: like Compute Sanitizer's racecheck, which prints such hazards only
at its level `info`, the check takes them for intended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE
from gpuadvisor.emulator.checking.effects import Effect
from gpuadvisor.emulator.checking.ordering import Ordering, Threads
from gpuadvisor.emulator.checking.readers import Readers

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Race:
    """Accesses of one instruction that race with those of another: the first of them and how many."""

    verb: str
    """What the second access does to what the first did: `reads what ... wrote`."""
    thread: int
    other: int
    other_pc: int
    count: int
    simultaneous: bool = False
    """Whether both are the same execution of a store."""

    @property
    def within_warp(self) -> bool:
        """Whether both threads belong to the same warp."""
        return self.thread // WARP_SIZE == self.other // WARP_SIZE


@dataclass(frozen=True, slots=True)
class Pieces:
    """An access of shared memory cut in pieces of the shadow's size, shape (n,) each."""

    index: Threads
    thread: Threads
    values: NDArray[Any] | None = None
    """What a store writes to each piece, where that is known."""


class Races:
    """The last writer and readers of every piece of the shared memory of a batch."""

    def __init__(self, memory: NDArray[Any], order: Ordering) -> None:
        self._memory = memory
        """The shared memory itself, one unsigned integer for each piece."""
        self._order = order
        self._writer: NDArray[np.int32] = np.full(memory.size, -1, np.int32)
        self._written: NDArray[np.int32] = np.zeros(memory.size, np.int32)
        self._pc: NDArray[np.int32] = np.zeros(memory.size, np.int32)
        self._atomic: Mask = np.zeros(memory.size, np.bool_)
        self._readers = Readers(memory.size, order)

    def access(self, pieces: Pieces, effect: Effect, pc: int) -> list[Race]:
        """Note an access and return the races that it is part of."""
        if effect == "load":
            races = self._after_writes(pieces, "reads what {} wrote", self._unordered(pieces))
            self._readers.add(pieces.index, pieces.thread, pc)
            return races
        atomic = effect in ("atomic", "copy")
        races = self._write_races(pieces, atomic=atomic) + self._read_races(pieces)
        if effect == "store":
            races += self._simultaneous(pieces, pc)
        self._note_write(pieces, pc, atomic=atomic)
        return races

    def _unordered(self, pieces: Pieces) -> Mask:
        """Return which pieces another thread wrote without being ordered with this one."""
        racing = np.zeros(pieces.index.size, np.bool_)
        found = self._order.recent(self._written[pieces.index], pieces.thread)
        index, thread = pieces.index[found], pieces.thread[found]
        writer = self._writer[index]
        since = self._order.since(thread, writer // WARP_SIZE)
        racing[found] = (writer != thread) & (self._written[index] > since)
        return racing

    def _write_races(self, pieces: Pieces, *, atomic: bool) -> list[Race]:
        racing = self._unordered(pieces)
        if atomic:
            racing &= ~self._atomic[pieces.index]
        if pieces.values is not None:
            racing &= pieces.values != self._memory[pieces.index]
        return self._after_writes(pieces, "overwrites what {} wrote", racing)

    def _after_writes(self, pieces: Pieces, verb: str, racing: Mask) -> list[Race]:
        races = []
        for group in self._by_place(
            self._pc[pieces.index], pieces.thread, self._writer[pieces.index], racing
        ):
            first = int(group[0])
            piece, thread = int(pieces.index[first]), int(pieces.thread[first])
            other, other_pc = int(self._writer[piece]), int(self._pc[piece])
            races.append(Race(verb, thread, other, other_pc, _threads(pieces, group)))
        return races

    def _read_races(self, pieces: Pieces) -> list[Race]:
        races = []
        for racing, slot in self._readers.conflicts(pieces.index, pieces.thread):
            warps = slot.warp[pieces.index] * WARP_SIZE
            for group in self._by_place(slot.pc[pieces.index], pieces.thread, warps, racing):
                first = int(group[0])
                piece, thread = int(pieces.index[first]), int(pieces.thread[first])
                other = slot.reader(piece, thread)
                count = _threads(pieces, group)
                races.append(Race("overwrites what {} reads", thread, other, int(slot.pc[piece]), count))
        return races

    def _simultaneous(self, pieces: Pieces, pc: int) -> list[Race]:
        """Return the races between threads that execute the same store."""
        if pieces.values is None:
            return []
        last = self._scatter(pieces)
        racing = (last != np.arange(last.size)) & (pieces.values != pieces.values[last])
        racing &= pieces.thread != pieces.thread[last]
        if not racing.any():
            return []
        group = np.flatnonzero(racing)
        thread, other = int(pieces.thread[group[0]]), int(pieces.thread[last[group[0]]])
        count = _threads(pieces, group)
        return [Race("writes at the same time as {}", thread, other, pc, count, simultaneous=True)]

    def _scatter(self, pieces: Pieces) -> Threads:
        """Return, for each access, which access of the same piece comes last."""
        kept = self._writer[pieces.index]
        self._writer[pieces.index] = np.arange(pieces.index.size)
        last = self._writer[pieces.index].astype(np.int64)
        self._writer[pieces.index] = kept
        return last

    def _note_write(self, pieces: Pieces, pc: int, *, atomic: bool) -> None:
        self._writer[pieces.index] = pieces.thread
        self._written[pieces.index] = self._order.now
        self._pc[pieces.index] = pc
        self._atomic[pieces.index] = atomic

    @staticmethod
    def _by_place(
        pcs: NDArray[np.int32], threads: Threads, others: NDArray[np.int32], racing: Mask
    ) -> Sequence[Threads]:
        """Return the positions that race, grouped by the other instruction and whether warps differ."""
        found = np.flatnonzero(racing)
        if not found.size:
            return []
        apart = threads[found] // WARP_SIZE != others[found] // WARP_SIZE
        keys = pcs[found].astype(np.int64) * 2 + apart
        return [found[keys == key] for key in np.unique(keys)]


def _threads(pieces: Pieces, group: Threads) -> int:
    """Return how many threads the pieces at positions `group` belong to."""
    return int(np.unique(pieces.thread[group]).size)
