"""Blocks of a kernel that polls memory: they start in order, and those that poll take turns.

On a GPU all resident blocks run at once. Here a block whose threads all wait or have lost patience makes way
for the next one and keeps its state; it goes on when all blocks have started, or no more can be resident.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.native.abi import WARP, Status, Word, offset_of

_FRUITLESS_ROUNDS = 1 << 10
_FRUITLESS_TURNS = 1 << 17
"""After so many rounds and turns that change nothing no thread is expected to give up by itself."""

Memory = dict[Word, NDArray[Any]]
"""What one block needs: its shared memory, its threads' own memories, the states of its warps."""


@dataclass(slots=True)
class Part:
    """Some blocks of a launch, what they counted, and how running them ended."""

    blocks: NDArray[np.int64]
    context: NDArray[np.int64]
    """Of the block that ran last or failed."""
    counters: NDArray[np.int64]
    sites: NDArray[Any]
    """Of type `SITE`."""
    samples: NDArray[Any]
    """The requests that each site kept, (sites, rows) of type `SAMPLE`."""
    warps: NDArray[np.uint8]
    """The state of the warps of the block that ran last or failed."""
    status: Status = Status.DONE
    started: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    """By identity: the contexts of blocks that have started and not ended."""

    def place(self, memory: Memory) -> None:
        """Let the blocks use this memory."""
        for word, content in memory.items():
            self.context[word] = content.ctypes.data
        self.warps = memory[Word.WARPS]


@dataclass(slots=True)
class _Turn:
    """A block that has started and not ended."""

    part: Part
    context: NDArray[np.int64]
    memory: Memory

    @property
    def changes(self) -> int:
        """How often the block changed memory."""
        return int(self.context[Word.CHANGES])

    def digest(self, warps_per_block: int) -> bytes:
        """Identify all that decides what the threads do next, but for memory and clocks."""
        states = self.memory[Word.WARPS].reshape(warps_per_block, -1).copy()
        issued = offset_of(WARP, "issued")
        states[:, issued : issued + 8] = 0
        return blake2b(states.tobytes() + self.memory[Word.ACTIVATIONS].tobytes()).digest()


@dataclass(slots=True)
class Turns:
    """Runs the blocks of parts one behind the other; `run` runs a context."""

    run: Callable[[NDArray[np.int64]], Status]
    new_memory: Callable[[], Memory]
    most_resident: int
    """How many blocks may have started and not ended."""
    warps_per_block: int
    reads_clocks: bool
    _polling: deque[_Turn] = field(default_factory=deque)
    _free: list[Memory] = field(default_factory=list)
    _fruitless: int = 0
    """Rounds without change."""

    def finish(self, parts: Sequence[Part]) -> None:
        """Run all blocks to their end or the first failure, which the status of its part tells."""
        for part in parts:
            for number in range(len(part.blocks)):
                while len(self._polling) >= self.most_resident:
                    if not self._round():
                        return
                if not self._start(part, number):
                    return
        while self._polling:
            if not self._round():
                return

    def _start(self, part: Part, number: int) -> bool:
        memory = self._free.pop() if self._free else self.new_memory()
        context = part.context.copy()
        for word, content in memory.items():
            context[word] = content.ctypes.data
        context[Word.BLOCKS] = part.blocks[number:].ctypes.data
        context[Word.BLOCK_COUNT] = 1
        part.started[id(context)] = context
        return self._go_on(_Turn(part, context, memory))

    def _go_on(self, turn: _Turn) -> bool:
        """Let a block run; return whether it did not fail."""
        status = self.run(turn.context)
        if status is Status.DONE:
            self._free.append(turn.memory)
            del turn.part.started[id(turn.context)]
        elif status is Status.POLLING:
            turn.context[Word.RESUMES] = 1
            self._polling.append(turn)
        else:
            self._fail(turn, status)
        return turn.part.status is Status.DONE

    def _fail(self, turn: _Turn, status: Status) -> None:
        turn.part.status, turn.part.context = status, turn.context
        turn.part.warps = turn.memory[Word.WARPS]

    def _round(self) -> bool:
        """Let each block that polls run; return whether none failed and there is hope."""
        turns = list(self._polling)
        changes = [turn.changes for turn in turns]
        states = self._states() if self._is_time_to_compare() else None
        self._polling.clear()
        if not all(self._go_on(turn) for turn in turns):
            return False
        if len(self._polling) < len(turns) or changes != [turn.changes for turn in turns]:
            self._fruitless = 0
            return True
        self._fruitless += 1
        if self._is_endless(states):
            self._fail(turns[0], Status.ENDLESS)
            return False
        return True

    def _is_time_to_compare(self) -> bool:
        """Return whether to look for a repeated state: at growing distances."""
        rounds = self._fruitless
        return not self.reads_clocks and rounds > 0 and rounds & (rounds - 1) == 0

    def _states(self) -> list[bytes]:
        return [turn.digest(self.warps_per_block) for turn in self._polling]

    def _is_endless(self, states: list[bytes] | None) -> bool:
        """Return whether a round without change left everything as it was, or there were too many of them."""
        if states is not None and states == self._states():
            return True
        turns = self._fruitless * len(self._polling)
        return self._fruitless >= _FRUITLESS_ROUNDS and turns >= _FRUITLESS_TURNS
