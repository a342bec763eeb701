"""Which bytes of shared memory cp.async may still be writing.

A thread's copies belong to the group it commits next; it waits until all but the newest groups are over
(PTX ISA 9.7.9.25.3). Copies that an mbarrier announces are taken to be over for everyone who waited for one.
"""

import numpy as np
from numpy.typing import NDArray

Threads = NDArray[np.int64]


class Copies:
    """By piece of shared memory: the copy that wrote it last; by thread: which of its copies are over."""

    def __init__(self, pieces: int, threads: int) -> None:
        self._owner: NDArray[np.int32] = np.full(pieces, -1, np.int32)
        self._group: NDArray[np.int32] = np.zeros(pieces, np.int32)
        self._committed: NDArray[np.int32] = np.zeros(threads, np.int32)
        """Groups that each thread has committed: also the number of the group its next copies belong to."""
        self._over: NDArray[np.int32] = np.zeros(threads, np.int32)
        """Groups below this number are over."""
        self._any = False

    def issue(self, pieces: Threads, threads: Threads) -> None:
        """Note that threads begin to copy to pieces."""
        self._owner[pieces] = threads
        self._group[pieces] = self._committed[threads]
        self._any = True

    def commit(self, threads: Threads) -> None:
        """Note that threads close their groups."""
        self._committed[threads] += 1

    def wait(self, threads: Threads, newest: int) -> None:
        """Note that threads wait for all groups but the `newest` ones."""
        self._over[threads] = np.maximum(self._over[threads], self._committed[threads] - newest)

    def wait_for_all(self, threads: Threads) -> None:
        """Note that threads wait for all copies, of closed groups or not."""
        self._over[threads] = self._committed[threads] + 1
        self._committed[threads] += 1

    def wait_for_everybody(self) -> None:
        """Take all copies as over."""
        if self._any:
            self.wait_for_all(np.arange(self._over.size))

    def unfinished(self, pieces: Threads) -> NDArray[np.bool_]:
        """Return which pieces may still be written."""
        if not self._any:
            return np.zeros(pieces.size, np.bool_)
        owner = self._owner[pieces]
        return np.asarray((owner >= 0) & (self._group[pieces] >= self._over[owner]))

    def overwrite(self, pieces: Threads) -> None:
        """Note that ordinary stores wrote pieces."""
        if self._any:
            self._owner[pieces] = -1
