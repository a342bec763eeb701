"""Barriers of a block and of a warp.

`bar.sync` and its like follow PTX ISA 9.7.13.1 on Volta and later: a warp arrives when all of its
threads that have not exited have executed the barrier; the barrier completes when all warps of the
block with such threads, or the number of threads given (in whole warps), have arrived. As PTX ISA
says of `exit`, threads that exit release a barrier they alone hold up.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.checks import Checks
from gpuadvisor.emulator.scheduler import Scheduler

BARRIERS = 16
_NONE = np.int8(-1)
_WARP = np.int8(BARRIERS)
_BITS = np.uint32(1) << np.arange(32, dtype=np.uint32)

WriteResult = Callable[[Mask, NDArray[np.int64]], None]
"""Writes the votes of a block, by thread, shape (warps, 32), to a barrier's destination."""


class Barriers:
    """Which threads of a batch wait at which barrier."""

    def __init__(self, scheduler: Scheduler, warps_per_block: int) -> None:
        shape = scheduler.alive.shape
        blocks = shape[0] // warps_per_block
        self._scheduler = scheduler
        self._by_block = (blocks, warps_per_block, 32)
        self._waiting: NDArray[np.int8] = np.full(shape, _NONE)
        self._resume: NDArray[np.int32] = np.zeros(shape, np.int32)
        self._arrived: dict[int, Mask] = {}
        """By barrier: threads that arrived, whether or not they wait."""
        self._votes: Mask = np.zeros(shape, np.bool_)
        self._members: NDArray[np.uint32] = np.zeros(shape, np.uint32)
        """By thread waiting at a bar.warp.sync: the lanes it waits for."""
        self._expected = np.zeros((BARRIERS, blocks), np.int64)
        """Threads each barrier waits for; 0: all."""
        self.checks: Checks | None = None
        self._results: dict[int, WriteResult] = {}
        """By the program counter behind a bar.red: where its result goes."""

    @property
    def in_use(self) -> bool:
        """Whether any thread waits or has arrived."""
        return bool(self._arrived) or bool((self._waiting != _NONE).any())

    @property
    def waiting(self) -> Mask:
        """The threads that wait."""
        return np.asarray(self._waiting != _NONE)

    def place(self, lane: int) -> tuple[int, int]:
        """Return the barrier a thread waits at and the program counter behind it."""
        return int(self._waiting.reshape(-1)[lane]), int(self._resume.reshape(-1)[lane])

    def give_up(self, checks: Checks) -> None:
        """Let threads go on whose barriers never complete: those of warps first, as others wait for them."""
        of_warps = self._waiting == _WARP
        waiting = of_warps if of_warps.any() else self.waiting
        checks.never_complete(waiting, self._resume - np.int32(1))
        self._waiting[waiting] = _NONE
        for arrived in self._arrived.values():
            arrived[waiting] = False
        self._scheduler.resume(waiting, self._resume)

    def arrive(self, active: Active, barrier: NDArray[np.int64], threads: NDArray[np.int64]) -> None:
        """Note that threads reached a barrier; `barrier` and `threads` (0: all) have shape (n,)."""
        blocks = active.lanes // (self._by_block[1] * 32)
        self._expected[barrier, blocks] = threads
        for number in np.unique(barrier):
            arrived = self._arrived.setdefault(int(number), np.zeros_like(self._votes))
            arrived.reshape(-1)[active.lanes[barrier == number]] = True

    def wait(
        self,
        active: Active,
        barrier: NDArray[np.int64],
        pc: int,
        votes: Mask | None = None,
        result: WriteResult | None = None,
    ) -> None:
        """Let threads that have arrived wait, to go on at `pc`; `votes` are what a bar.red combines."""
        self._waiting.reshape(-1)[active.lanes] = barrier
        self._resume[active.mask] = pc
        if votes is not None and result is not None:
            self._votes[active.mask] = votes[active.mask]
            self._results[pc] = result

    def release(self) -> None:
        """Let the threads of every barrier that is complete go on."""
        for barrier in list(self._arrived):
            self._release_block(barrier, self._arrived[barrier])
        if (self._waiting == _WARP).any():
            self._release_warps()

    def _release_block(self, barrier: int, arrived: Mask) -> None:
        complete = self._complete(barrier, arrived)
        if not complete.any():
            return
        threads = np.repeat(complete, self._by_block[1])[:, None] & np.ones_like(arrived)
        arrived_now = arrived & threads
        released = arrived_now & (self._waiting == barrier)
        self._write_results(released, arrived_now)
        arrived[threads] = False
        if not arrived.any():
            del self._arrived[barrier]
        self._waiting[released] = _NONE
        if self.checks is not None:
            counted = bool(self._expected[barrier].any())
            self.checks.barrier(released, self._resume - np.int32(1), counted=counted)
        self._scheduler.resume(released, self._resume)

    def _complete(self, barrier: int, arrived: Mask) -> NDArray[np.bool_]:
        """Return in which blocks the barrier is complete, shape (blocks,)."""
        by_warp = arrived.reshape(self._by_block)
        absent = (self._scheduler.alive & ~arrived).reshape(self._by_block)
        warps = by_warp.any(axis=2) & ~absent.any(axis=2)
        expected = self._expected[barrier]
        enough = np.where(expected > 0, 32 * warps.sum(axis=1) >= expected, ~absent.any(axis=(1, 2)))
        return np.asarray(enough & by_warp.any(axis=(1, 2)))

    def _write_results(self, released: Mask, arrived: Mask) -> None:
        for pc, write in list(self._results.items()):
            mask = released & (self._resume == pc)
            if mask.any():
                write(mask, self._tally(arrived))

    def _tally(self, arrived: Mask) -> NDArray[np.int64]:
        """Return, by thread, (threads that voted yes) and, in the high half, (threads that voted)."""
        yes = (self._votes & arrived).reshape(self._by_block).sum(axis=(1, 2))
        voters = arrived.reshape(self._by_block).sum(axis=(1, 2))
        by_block = yes + (voters << 32)
        return np.broadcast_to(np.repeat(by_block, self._by_block[1])[:, None], arrived.shape)

    def wait_warp(self, active: Active, members: NDArray[np.uint32], pc: int) -> None:
        """Let threads wait for the `members` of their warps, shape (warps, 32), to go on at `pc`."""
        self._waiting[active.mask] = _WARP
        self._resume[active.mask] = pc
        self._members[active.mask] = members[active.mask]

    def _release_warps(self) -> None:
        """Release the threads all of whose members wait too or have exited."""
        waiting = self._waiting == _WARP
        missing = ((self._scheduler.alive & ~waiting) * _BITS).sum(axis=1, dtype=np.uint32)
        released = waiting & ((self._members & missing[:, None]) == 0)
        self._waiting[released] = _NONE
        if self.checks is not None:
            self.checks.met(released)
        self._scheduler.resume(released, self._resume)
