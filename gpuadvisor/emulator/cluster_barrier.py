"""The barrier of a cluster (PTX ISA 9.7.13.4): arriving and waiting are instructions of their own.

A thread that waits goes on when all threads of the cluster that have not exited have arrived as often as it
has.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.checks import Checks
from gpuadvisor.emulator.scheduler import Scheduler

_EXITED = np.int64(np.iinfo(np.int64).max)


class ClusterBarrier:
    """How often the threads of a batch have arrived, and which of them wait."""

    def __init__(self, scheduler: Scheduler, warps_per_cluster: int) -> None:
        shape = scheduler.alive.shape
        self._scheduler = scheduler
        self._by_cluster = (shape[0] // warps_per_cluster, warps_per_cluster * shape[1])
        self._arrivals = np.zeros(shape, np.int64)
        self._resume: NDArray[np.int32] = np.zeros(shape, np.int32)
        self.checks: Checks | None = None
        self.waiting: Mask = np.zeros(shape, np.bool_)
        """The threads that wait."""

    def place(self, lane: int) -> int:
        """Return the program counter behind the instruction that a thread waits at."""
        return int(self._resume.reshape(-1)[lane])

    def arrive(self, active: Active) -> None:
        """Note that threads arrive."""
        self._arrivals[active.mask] += 1
        self.release()

    def wait(self, active: Active, pc: int) -> None:
        """Let threads wait, to go on at `pc`."""
        self.waiting[active.mask] = True
        self._resume[active.mask] = pc
        self.release()

    def release(self) -> None:
        """Let threads go on whose clusters have arrived."""
        if not self.waiting.any():
            return
        released = self.waiting & (self._arrivals <= self._complete())
        self.waiting[released] = False
        if self.checks is not None:
            self.checks.waited(np.flatnonzero(released))
        self._scheduler.resume(released, self._resume)

    def give_up(self, checks: Checks) -> None:
        """Let all who wait go on, though some have not arrived."""
        waiting = self.waiting.copy()
        checks.never_complete(waiting, self._resume - np.int32(1))
        self.waiting[waiting] = False
        self._scheduler.resume(waiting, self._resume)

    def _complete(self) -> NDArray[np.int64]:
        """Return, by thread, how often all threads of its cluster have arrived."""
        running = np.where(self._scheduler.alive, self._arrivals, _EXITED)
        least = running.reshape(self._by_cluster).min(axis=1)
        return np.repeat(least, self._by_cluster[1]).reshape(running.shape)
