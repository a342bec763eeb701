"""Barriers in divergent code: threads of a block that meet at different barriers, or never come.

A barrier of all threads must be executed by all of them, at one place of the program (CUDA C++ Programming
Guide, synchronization functions). The emulator, like GPUs since Volta, lets threads that have exited release
a barrier; the check reports that, as the code depends on it. Each block is reported once: what follows a
broken barrier follows from it.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.log import Log, place_of
from gpuadvisor.model.findings import FindingKind


class Barriers:
    """Looks at the barriers of one batch."""

    def __init__(self, batch: Batch, log: Log) -> None:
        self._batch, self._log = batch, log
        self._by_block = (batch.blocks.size, -1)
        self._exists = batch.exists.reshape(self._by_block)
        self._reported: NDArray[np.bool_] = np.zeros(batch.blocks.size, np.bool_)

    def passed(self, released: Mask, places: NDArray[np.int32], *, counted: bool) -> None:
        """Look at threads that pass a barrier, each at its program counter in `places`."""
        by_block = released.reshape(self._by_block)
        pcs = places.reshape(self._by_block)
        for block in np.flatnonzero(by_block.any(axis=1) & ~self._reported):
            threads = np.flatnonzero(by_block[block])
            self._check_places(int(block), threads, pcs[block][threads])
            if not counted and not self._reported[block]:
                self._check_exited(int(block), int(pcs[block][threads[0]]))

    def _check_places(self, block: int, threads: NDArray[np.int64], pcs: NDArray[np.int32]) -> None:
        if (pcs == pcs[0]).all():
            return
        found, counts = np.unique(pcs, return_counts=True)
        fewest, most = int(found[counts.argmin()]), int(found[counts.argmax()])
        if fewest == most:
            fewest = int(found[found != most][0])
        here = threads[pcs == fewest]
        message = (
            f"{here.size} threads of the block wait at this barrier while {int(counts.max())} wait at another"
        )
        self._report(block, fewest, int(here[0]), message, other_pc=most)

    def _check_exited(self, block: int, pc: int) -> None:
        alive = self._batch.scheduler.alive.reshape(self._by_block)[block]
        exited = np.flatnonzero(self._exists[block] & ~alive)
        if exited.size:
            total = int(self._exists[block].sum())
            message = f"{exited.size} of the block's {total} threads exited before they reached the barrier"
            self._report(block, pc, int(exited[0]), message)

    def never_complete(self, threads: Mask, places: NDArray[np.int32]) -> None:
        """Report threads that wait for others in vain."""
        by_block, pcs = threads.reshape(self._by_block), places.reshape(self._by_block)
        for block in np.flatnonzero(by_block.any(axis=1) & ~self._reported):
            waiting = np.flatnonzero(by_block[block])
            message = f"{waiting.size} threads wait for others that never come"
            self._report(int(block), int(pcs[block][waiting[0]]), int(waiting[0]), message)

    def _report(self, block: int, pc: int, thread: int, message: str, other_pc: int | None = None) -> None:
        self._reported[block] = True
        place = place_of(self._batch, pc, block * self._exists.shape[1] + thread)
        instruction = self._log.instructions[pc]
        of_block = instruction.opcode in ("bar", "barrier") and "warp" not in instruction.modifiers
        kind: FindingKind = "divergent-barrier" if of_block else "divergent-warp"
        self._log.add(kind, place, message, other_pc=other_pc)
