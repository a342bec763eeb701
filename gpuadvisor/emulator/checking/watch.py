"""Watches one batch of blocks: every access, barrier and allocation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.access import Access, Positions, report
from gpuadvisor.emulator.checking.barriers import Barriers
from gpuadvisor.emulator.checking.bounds import off_alignment
from gpuadvisor.emulator.checking.device_memory import DeviceMemory
from gpuadvisor.emulator.checking.effects import effect, orders, unit_bytes
from gpuadvisor.emulator.checking.heap import WatchedHeap
from gpuadvisor.emulator.checking.log import Log, place_of
from gpuadvisor.emulator.checking.ordering import Ordering
from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.checking.private import SINK_BYTES, Local
from gpuadvisor.emulator.checking.shared import Shared
from gpuadvisor.emulator.store import ByteStore


class _Memory(Protocol):
    """A state space that is watched."""

    @property
    def store(self) -> ByteStore:
        """Its bytes."""

    @property
    def sink(self) -> int:
        """The position of the bytes that faulty accesses are sent to."""

    def outside(self, access: Access) -> NDArray[np.bool_]:
        """Return which accesses it does not allow."""

    def fault(self, access: Access, index: int) -> tuple[str, str | None]:
        """Say what is wrong with an access outside, and of what variable."""

    def variable(self, access: Access, index: int) -> str | None:
        """Return the variable that an access lies in."""

    def positions(self, access: Access) -> Positions:
        """Return where the bytes lie in the store."""

    def note(self, access: Access, positions: Positions) -> None:
        """Look at accesses that are allowed."""


@dataclass(frozen=True, slots=True)
class WatchedLaunch:
    """What the batches of a launch have in common."""

    log: Log
    origins: Mapping[int, Origin]
    waiting: frozenset[int]
    """Loads that a loop polls."""
    device: DeviceMemory


class Watch:
    """The checks of one batch, see `gpuadvisor.emulator.checks`."""

    def __init__(self, batch: Batch, launch: WatchedLaunch) -> None:
        self._batch, self._launch = batch, launch
        self._log, self._device = launch.log, launch.device
        self._order = Ordering(batch.shape[0] * batch.shape[1])
        self._barriers = Barriers(batch, launch.log)
        self._heap = WatchedHeap(batch.heap, launch.log, launch.device)
        pieces = unit_bytes(launch.log.instructions)
        shared = Shared(batch, launch.log, launch.origins, self._order, pieces)
        local = Local(batch, launch.log, launch.origins)
        batch.shared, batch.local = shared.store, local.store
        self._copies = shared.copies
        self._memories: dict[str, _Memory] = {"global": launch.device, "shared": shared, "local": local}
        self._values: NDArray[Any] | None = None

    def storing(self, values: Sequence[NDArray[Any]]) -> None:
        """Take what the threads of the next access will store: each element, shape (n,)."""
        columns = [np.ascontiguousarray(each).reshape(-1, 1).view(np.uint8) for each in values]
        self._values = np.concatenate(columns, axis=1)

    def locate(
        self,
        space: str,
        addresses: NDArray[np.uint64],
        threads: Positions,
        size_bytes: int,
        blocks: Positions | None = None,
    ) -> tuple[ByteStore, Positions]:
        """Check an access; return where the bytes lie, those of faulty accesses in a place of no meaning."""
        memory, pc = self._memories[space], self._batch.pc
        instruction = self._launch.log.instructions[pc]
        waits = pc in self._launch.waiting
        kind = "wait" if waits else effect(instruction, space)
        access = Access(self._batch, pc, kind, addresses, threads, size_bytes, blocks, self._values)
        self._values = None
        if waits or orders(instruction):
            self._order.wait_for_block(threads)
        good = self._allowed(memory, access)
        if good.all():
            positions = memory.positions(access)
            memory.note(access, positions)
            return memory.store, positions
        memory.store.bytes[memory.sink : memory.sink + SINK_BYTES] = 0
        positions = np.full(threads.size, memory.sink, np.int64)
        if good.any():
            allowed = access.only(good)
            positions[good] = memory.positions(allowed)
            memory.note(allowed, positions[good])
        return memory.store, positions

    def aligned(self, space: str, addresses: NDArray[np.uint64], threads: Positions, size_bytes: int) -> None:
        """Check that addresses are multiples of the size, and nothing else."""
        kind = effect(self._log.instructions[self._batch.pc], space)
        access = Access(self._batch, self._batch.pc, kind, addresses, threads, size_bytes)
        self._off_alignment(self._memories[space], access)

    def _allowed(self, memory: _Memory, access: Access) -> NDArray[np.bool_]:
        """Return which accesses may take place; report the others."""
        off = self._off_alignment(memory, access)
        outside = memory.outside(access) & ~off
        if outside.any():
            self._report_outside(memory, access, outside)
        return ~(off | outside)

    def _off_alignment(self, memory: _Memory, access: Access) -> NDArray[np.bool_]:
        """Return which accesses are misaligned, having reported them."""
        off = off_alignment(access.addresses, access.size_bytes)
        what = f"at an address that is not a multiple of {access.size_bytes}"
        report(self._log, "misaligned", access, off, memory.variable, what)
        return off

    def _report_outside(self, memory: _Memory, access: Access, outside: NDArray[np.bool_]) -> None:
        stale = outside & self._stale(memory, access)
        if stale.any():
            self._report_stale(access, stale)
        others = outside & ~stale
        if others.any():
            first = int(others.argmax())
            message, variable = memory.fault(access, first)
            count = int(others.sum())
            self._log.add("out-of-bounds", access.place(first), message, count=count, variable=variable)

    def _stale(self, memory: _Memory, access: Access) -> NDArray[np.bool_]:
        if memory is not self._device:
            return np.zeros(access.threads.size, np.bool_)
        return self._device.allocations.use_after_free(access.addresses)

    def _report_stale(self, access: Access, stale: NDArray[np.bool_]) -> None:
        first = int(stale.argmax())
        freed = self._device.allocations.freed_at(int(access.addresses[first]))
        other = freed.place.pc if freed else None
        message = f"{access.name} in memory that was freed"
        self._log.add("use-after-free", access.place(first), message, count=int(stale.sum()), other_pc=other)

    def barrier(self, released: Mask, places: NDArray[np.int32], *, counted: bool) -> None:
        """Note that threads pass a barrier of the block, each at its program counter in `places`."""
        self._barriers.passed(released, places, counted=counted)
        self._order.wait_for_block(np.flatnonzero(released))

    def met(self, threads: Mask) -> None:
        """Note that lanes of a warp have met."""
        self._order.wait_for_warp(np.flatnonzero(threads))

    def waited(self, threads: Positions) -> None:
        """Note that threads have waited for others of the block, by other means than a barrier."""
        self._order.wait_for_block(threads)
        if threads.size:
            self._copies.wait_for_everybody()

    def copies_committed(self, threads: Positions) -> None:
        """Note that threads make a group of the asynchronous copies they began."""
        self._copies.commit(threads)

    def copies_awaited(self, threads: Positions, newest: int | None) -> None:
        """Note that threads wait for all groups of their copies but the `newest`; None: for all copies."""
        if newest is None:
            self._copies.wait_for_all(threads)
        else:
            self._copies.wait(threads, newest)

    def never_complete(self, threads: Mask, places: NDArray[np.int32]) -> None:
        """Note that threads wait at a barrier, or for lanes of their warp, in vain; they will go on."""
        self._barriers.never_complete(threads, places)
        self._order.wait_for_block(np.flatnonzero(threads))

    def stopped(self, thread: int, what: str) -> None:
        """Note what a thread, and the batch with it, cannot survive."""
        self._log.add("stopped", place_of(self._batch, self._batch.pc, thread), what)
        self._device.allocations.live.clear()  # its threads can free nothing any more

    def allocate(self, thread: int, size_bytes: int) -> int:
        """Return what malloc gives a thread; nothing has been written to it."""
        return self._heap.allocate(place_of(self._batch, self._batch.pc, thread), size_bytes)

    def free(self, thread: int, address: int) -> None:
        """Take back what a thread frees."""
        self._heap.free(place_of(self._batch, self._batch.pc, thread), address)
