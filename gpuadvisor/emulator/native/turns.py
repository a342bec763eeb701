"""Blocks of a kernel that polls memory: they start in order, and those that poll take turns.

On a GPU all resident blocks run at once. Here a block whose threads all wait or have lost patience makes way
for the next one and keeps its state; it goes on when all blocks have started, or no more can be resident.
The blocks of a cluster run together.
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
"""What a block needs: its shared memory, its threads' own memories, the states of its warps.

Where blocks run together, each has an equal part of all of these, in order of rank.
"""


@dataclass(slots=True)
class Part:
    """Some blocks of a launch, what they counted, and how running them ended."""

    blocks: NDArray[np.int64]
    context: NDArray[np.int64]
    """What its blocks start from; in the end that of the block that failed."""
    counters: NDArray[np.int64]
    sites: NDArray[Any]
    """Of type `SITE`."""
    samples: NDArray[Any]
    """The requests that each site kept, (sites, rows) of type `SAMPLE`."""
    warps: NDArray[np.uint8]
    """The state of the warps of the block that failed."""
    images: NDArray[Any]
    """Of type `IMAGE_SITE`; none if the kernel names no textures or surfaces."""
    status: Status = Status.DONE
    started: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    """By identity: the contexts of blocks that have started and not ended."""

    def begin(self, memory: Memory, together: int) -> NDArray[np.int64]:
        """Return contexts, (together, words), for blocks that run together in this memory."""
        contexts = np.tile(self.context, (together, 1))
        ranks = np.arange(together)
        for word, content in memory.items():
            contexts[:, word] = content.ctypes.data + ranks * (content.size // together)
        contexts[:, Word.CLUSTER_RANK] = ranks
        contexts[:, Word.CLUSTER_SHARED] = memory[Word.SHARED].ctypes.data
        self.started[id(contexts)] = contexts
        return contexts

    def end(self, contexts: NDArray[np.int64], memory: Memory, status: Status) -> None:
        """Note how running blocks together ended, and the state of the one that failed."""
        del self.started[id(contexts)]
        self.status = status
        if status is Status.DONE:
            return
        warps, blamed = memory[Word.WARPS].reshape(len(contexts), -1), 0
        if len(contexts) > 1:
            from gpuadvisor.emulator.native.cluster_faults import rank_to_blame

            warps_per_block = int(contexts[0, Word.WARPS_PER_BLOCK])
            blamed = rank_to_blame(contexts, warps, warps_per_block, status)
        self.context, self.warps = contexts[blamed], warps[blamed]


@dataclass(slots=True)
class _Turn:
    """Blocks that run together and have started and not ended."""

    part: Part
    contexts: NDArray[np.int64]
    memory: Memory

    @property
    def changes(self) -> int:
        """How often the blocks changed memory."""
        return int(self.contexts[:, Word.CHANGES].sum())

    def digest(self, warps_per_block: int) -> bytes:
        """Identify all that decides what the threads do next, but for memory and clocks."""
        warps = len(self.contexts) * warps_per_block
        states = self.memory[Word.WARPS].reshape(warps, -1).copy()
        issued = offset_of(WARP, "issued")
        states[:, issued : issued + 8] = 0
        return blake2b(states.tobytes() + self.memory[Word.ACTIVATIONS].tobytes()).digest()


@dataclass(slots=True)
class Turns:
    """Runs the blocks of parts one behind the other; `run` runs those of contexts."""

    run: Callable[[NDArray[np.int64]], Status]
    new_memory: Callable[[], Memory]
    together: int
    """How many blocks run together."""
    most_resident: int
    """How many times as many may have started and not ended."""
    warps_per_block: int
    reads_clocks: bool
    _polling: deque[_Turn] = field(default_factory=deque)
    _free: list[Memory] = field(default_factory=list)
    _fruitless: int = 0
    """Rounds without change."""

    def finish(self, parts: Sequence[Part]) -> None:
        """Run all blocks to their end or the first failure, which the status of its part tells."""
        for part in parts:
            for number in range(0, len(part.blocks), self.together):
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
        contexts = part.begin(memory, self.together)
        contexts[:, Word.BLOCKS] = part.blocks[number:].ctypes.data
        contexts[:, Word.BLOCK_COUNT] = self.together
        return self._go_on(_Turn(part, contexts, memory))

    def _go_on(self, turn: _Turn) -> bool:
        """Let blocks run; return whether they did not fail."""
        status = self.run(turn.contexts)
        if status is Status.POLLING:
            turn.contexts[:, Word.RESUMES] = 1
            self._polling.append(turn)
            return True
        turn.part.end(turn.contexts, turn.memory, status)
        self._free.append(turn.memory)
        return status is Status.DONE

    def _round(self) -> bool:
        """Let all blocks that poll run; return whether none failed and there is hope."""
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
            turns[0].part.end(turns[0].contexts, turns[0].memory, Status.ENDLESS)
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
