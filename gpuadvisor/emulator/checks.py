"""What the interpreter tells a correctness check while it runs; without one nothing is told.

A check takes over where threads fail: it notes the fault, and the thread goes on, with its loads reading
zero and its stores lost.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Mask
from gpuadvisor.emulator.store import ByteStore

Positions = NDArray[np.int64]


class Checks(Protocol):
    """Watches one batch. Threads are positions in the flattened batch, shape (n,), or masks (warps, 32)."""

    def locate(
        self,
        space: str,
        addresses: NDArray[np.uint64],
        threads: Positions,
        size_bytes: int,
        blocks: Positions | None = None,
    ) -> tuple[ByteStore, Positions]:
        """Check an access; return where the bytes lie, those of faulty accesses in a place of no meaning.

        `blocks`: whose shared memory it is, as places in the batch.
        """

    def aligned(self, space: str, addresses: NDArray[np.uint64], threads: Positions, size_bytes: int) -> None:
        """Check that addresses are multiples of the size, and nothing else."""

    def storing(self, values: Sequence[NDArray[Any]]) -> None:
        """Take what the threads of the next access will store: each element, shape (n,)."""

    def barrier(self, released: Mask, places: NDArray[np.int32], *, counted: bool) -> None:
        """Note that threads pass a barrier of the block, each at its program counter in `places`.

        `counted`: it waited for a number of threads rather than for all.
        """

    def met(self, threads: Mask) -> None:
        """Note that lanes of a warp have met."""

    def waited(self, threads: Positions) -> None:
        """Note that threads have waited for others of the block, by other means than a barrier."""

    def copies_committed(self, threads: Positions) -> None:
        """Note that threads make a group of the asynchronous copies they began."""

    def copies_awaited(self, threads: Positions, newest: int | None) -> None:
        """Note that threads wait for all groups of their copies but the `newest`; None: for all copies."""

    def never_complete(self, threads: Mask, places: NDArray[np.int32]) -> None:
        """Note that threads wait at a barrier, or for lanes of their warp, in vain; they will go on."""

    def stopped(self, thread: int, what: str) -> None:
        """Note what a thread, and the batch with it, cannot survive."""

    def allocate(self, thread: int, size_bytes: int) -> int:
        """Return what malloc gives a thread."""

    def free(self, thread: int, address: int) -> None:
        """Take back what a thread frees."""
