"""Where the lanes of a warp meet before they act together.

`shfl.sync` and its like wait until all threads that their member mask names, and that have not
exited, execute the same instruction (PTX ISA 9.7.9.6, 9.7.13). The smallest program counter first mostly
brings lanes together by itself, but not where a compiler moved a side path behind the place the paths join.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.checks import Checks
from gpuadvisor.emulator.scheduler import Scheduler

_NOWHERE = np.int32(-1)


class Convergence:
    """Which threads of a batch wait for the others of their warp."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._place: NDArray[np.int32] = np.full(scheduler.alive.shape, _NOWHERE)
        """By thread: the program counter at which it waits."""
        self._given_up: Mask = np.zeros(scheduler.alive.shape, np.bool_)
        """Threads that no longer wait for those who never come."""

    @property
    def waiting(self) -> Mask:
        """The threads that wait."""
        return np.asarray(self._place != _NOWHERE)

    def place(self, lane: int) -> int:
        """Return the program counter at which a thread waits."""
        return int(self._place.reshape(-1)[lane])

    def gather(self, pc: int, members: NDArray[np.uint32]) -> bool:
        """Let the active threads, and those that wait at `pc`, go on where all their members are present.

        `members` broadcasts to (warps, 32). Returns whether any thread goes on; the rest waits.
        """
        candidates = self._scheduler.active.mask | (self._place == pc)
        absent = _bits(self._scheduler.alive & ~candidates)
        ready = candidates & (((members & absent[:, None]) == 0) | self._given_up)
        self._given_up[ready] = False
        self._place[candidates] = pc
        self._place[ready] = _NOWHERE
        self._scheduler.replace(Active(ready))
        return bool(ready.any())

    def give_up(self, checks: Checks) -> None:
        """Let all who wait execute their instruction without those who never come."""
        waiting = self.waiting
        checks.never_complete(waiting, self._place)
        self._given_up |= waiting
        self._scheduler.resume(waiting, self._place)
        self._place[waiting] = _NOWHERE

    def threads_exited(self) -> None:
        """Let waiting threads look again who is missing."""
        waiting = self.waiting
        if waiting.any():
            self._scheduler.resume(waiting, self._place)
            self._place[waiting] = _NOWHERE


def _bits(lanes: Mask) -> NDArray[np.uint32]:
    """Return the lanes of each warp as bits, shape (warps,)."""
    return np.packbits(lanes, axis=1, bitorder="little").view("<u4").astype(np.uint32)[:, 0]
