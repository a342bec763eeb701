"""Which accesses of other threads a thread can rely on having happened.

Time advances whenever threads wait for each other. A thread that has passed a barrier comes after all that
its block did before; one that met lanes of its warp, after all that its warp did. That is exact for
barriers of all threads and __syncwarp() of all lanes. Where only some take part (named barriers with a
count, masks, mbarriers, locks), those who waited are taken to come after everybody: races with threads
that did not take part are then missed, but none is made up.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE

Threads = NDArray[np.int64]
Times = NDArray[np.int32]


class Ordering:
    """The time until which each thread of a batch knows what others did."""

    def __init__(self, threads: int) -> None:
        self.now = 1
        """Stamped on accesses; 0 is before all of them."""
        self._block: Times = np.zeros(threads, np.int32)
        self._warp: Times = np.zeros(threads, np.int32)

    def wait_for_block(self, threads: Threads) -> None:
        """Let threads come after all that was done so far."""
        self._block[threads] = self.now
        self._warp[threads] = self.now
        self.now += 1

    def wait_for_warp(self, threads: Threads) -> None:
        """Let threads come after all that their warps did so far."""
        self._warp[threads] = self.now
        self.now += 1

    def recent(self, times: Times, threads: Threads) -> Threads:
        """Return which accesses, made at `times`, deserve a closer look: the others are ordered for sure."""
        return np.flatnonzero(times > self._block[threads])

    def since(self, threads: Threads, others_warp: NDArray[np.integer[Any]]) -> Times:
        """Return, for each thread, after which time accesses of threads of a warp are not ordered with it."""
        return np.where(threads // WARP_SIZE == others_warp, self._warp[threads], self._block[threads])
