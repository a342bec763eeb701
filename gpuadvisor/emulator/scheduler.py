"""Which threads run next: the smallest program counter first.

Every thread has its own program counter. The scheduler runs all threads of the batch that stand at
the smallest one; for each warp that is the rule "the lanes at the warp's smallest program counter
go first", so lanes that took the shorter way wait where the paths join, and warps that stand at the
same place execute together.

The rule alone would starve a lane that holds a lock while its neighbours spin on it at a smaller
program counter. Hence the progress rule: when a loop that polls memory (see `spinning`) has gone
round in vain as often as it has patience, its threads yield, that is, run only when no other thread
can or when one has written to memory.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask

_PARKED = np.int32(np.iinfo(np.int32).max)
_YIELD = np.int32(1 << 30)


class Scheduler:
    """Program counters of a batch; `active` are the threads that run now and `pc` is where they stand.

    Threads that run now, wait at a barrier or have exited are parked in `_pcs`.
    """

    def __init__(self, exists: Mask) -> None:
        self.alive = exists.copy()
        """Threads that have not exited."""
        self.active = Active(exists)
        self.pc = 0
        self._pcs: NDArray[np.int32] = np.full(exists.shape, _PARKED)
        self._others = int(_PARKED)
        """The smallest key among the threads that do not run now."""
        self._yielded = False
        self._spins: dict[int, tuple[int, int]] = {}
        """By branch: how many threads last went round, and how often in a row it was as many."""

    @property
    def runs_alone(self) -> bool:
        """Whether no thread but the active ones can run."""
        return self._others == _PARKED

    @property
    def finished(self) -> bool:
        """Whether no thread can run, now or next."""
        return not self.active.count and self.runs_alone

    def go(self, pc: int) -> None:
        """Let the active threads go on at `pc`."""
        if pc < self._others:
            self.pc = pc
        else:
            self._pcs[self.active.mask] = pc
            self.select()

    def split(self, parts: list[tuple[Mask, int]]) -> None:
        """Send parts of the active threads to different places; threads in no part stay parked."""
        for mask, pc in parts:
            self._pcs[mask] = pc
        self.select()

    def exit(self, mask: Mask) -> None:
        """End threads; the caller sends the other active ones on."""
        self.alive &= ~mask

    def select(self) -> None:
        """Choose the next active threads; `active` is empty if none can run."""
        pc = int(self._pcs.min())
        if pc >= _YIELD and self._yielded:
            self._unyield()
            pc = int(self._pcs.min())
        mask = self._pcs == pc if pc != _PARKED else np.zeros_like(self.alive)
        self._pcs[mask] = _PARKED
        self._others = int(self._pcs.min())
        self.active = Active(mask)
        self.pc = pc

    def replace(self, active: Active) -> None:
        """Let other threads than the active ones run here; if there are none, choose the next."""
        self.active = active
        if not active.count:
            self.select()

    def _unyield(self) -> None:
        yielded = (self._pcs >= _YIELD) & (self._pcs != _PARKED)
        self._pcs[yielded] -= _YIELD
        self._others = int(self._pcs.min())
        self._yielded = False

    def memory_written(self) -> None:
        """Let threads that yielded look at memory again."""
        if self._yielded:
            self._unyield()

    def resume(self, mask: Mask, pcs: NDArray[np.int32]) -> None:
        """Let waiting threads run again at their own `pcs`, shape (warps, 32)."""
        self._pcs[mask] = pcs[mask]
        self._others = int(self._pcs.min())

    def spins(self, branch: int, going_round: int, patience: int) -> bool:
        """Note that threads go round a polling loop; return whether their patience is at an end."""
        before, rounds = self._spins.get(branch, (0, 0))
        rounds = rounds + 1 if before == going_round else 0
        self._spins[branch] = (going_round, rounds if rounds < patience else 0)
        return rounds >= patience

    def go_yielding(self, mask: Mask, pc: int, others: Mask, next_pc: int) -> None:
        """Send `mask` to `pc`, to run after all threads that do not yield, and `others` to `next_pc`."""
        self._yielded = True
        self.split([(mask, pc + int(_YIELD)), (others, next_pc)])
