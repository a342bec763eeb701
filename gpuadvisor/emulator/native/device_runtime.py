"""printf, assert, malloc and free for native code, which calls back into Python for them.

The routines are the interpreter's (`instructions.runtime`): they see the block that runs as a batch of its
own, whose memories are those of the native code.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE, Batch, Grid
from gpuadvisor.emulator.callgraph import changes_memory
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.faults import ThreadFault, fault_error
from gpuadvisor.emulator.heap import Heap
from gpuadvisor.emulator.instructions.runtime import runtime_call
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.abi import CONTEXT_WORDS, Status, Word
from gpuadvisor.emulator.printing import write_printed
from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.model.errors import GpuAdvisorError

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
"""(context, program counter, lanes) -> `Status`."""
_LANES = np.arange(WARP_SIZE)


def _memory_at(address: int, size_bytes: int) -> NDArray[np.uint8]:
    return np.ctypeslib.as_array((ctypes.c_uint8 * size_bytes).from_address(address))


class DeviceRuntime:
    """The routines of one launch; `memory_changed` is called after malloc and free."""

    def __init__(
        self,
        function: Function,
        grid: Grid,
        layout: Layout,
        memory: GlobalMemory,
        parameters: bytes,
        memory_changed: Callable[[], None],
    ) -> None:
        self._function = function
        self._grid = grid
        self._layout = layout
        self._memory = memory
        self._parameters = parameters
        self._memory_changed = memory_changed
        self._heap = Heap(memory)
        self._printed: list[tuple[int, str]] = []
        self._calls: dict[int, Callable[[Batch, NDArray[Any]], None]] = {}
        self._callback = _Callback(self._call)
        self.errors: dict[int, GpuAdvisorError] = {}
        """By block: what went wrong."""

    @property
    def address(self) -> int:
        """The address of the callback; valid as long as this object lives."""
        return ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def finish(self) -> None:
        """Write what threads printed, thread by thread."""
        write_printed(self._printed, sys.stderr)

    def _call(self, context: int, pc: int, mask: int) -> int:
        words = _memory_at(context, 8 * CONTEXT_WORDS).view(np.int64)
        block, instruction = int(words[Word.BLOCK]), self._function.instructions[pc]
        batch = self._batch(words, block)
        lanes = int(words[Word.WARP]) * WARP_SIZE + _LANES[((mask >> _LANES) & 1).astype(np.bool_)]
        if pc not in self._calls:
            self._calls[pc] = runtime_call(instruction, self._layout)
        try:
            self._calls[pc](batch, lanes)
        except ThreadFault as fault:
            self.errors[block] = fault_error(instruction, fault.what, batch.describe(fault.lane))
            return Status.RUNTIME_FAULT
        first = block * self._grid.warps_per_block * WARP_SIZE
        self._printed += [(first + lane, text) for lane, text in batch.printed]
        if changes_memory(instruction):
            self._memory_changed()
        return Status.DONE

    def _batch(self, words: NDArray[np.int64], block: int) -> Batch:
        """Return the block that runs, its memories those of the native code.

        Shared memory is that of its whole cluster, in which the block has its place.
        """
        recorder = Recorder(self._function, self._grid.launch, 1, 1)
        batch = Batch(self._grid, [block], self._layout, (), self._memory, recorder, self._parameters)
        batch.heap = self._heap
        batch.block_slot += words[Word.CLUSTER_RANK]
        shared_bytes = int(words[Word.CLUSTER_BLOCKS]) * batch.shared_stride
        batch.shared = ByteStore.over(_memory_at(int(words[Word.CLUSTER_SHARED]), shared_bytes))
        for word, name in ((Word.LOCAL, "local"), (Word.FRAMES, "frames")):
            size_bytes = getattr(batch, name).bytes.size
            setattr(batch, name, ByteStore.over(_memory_at(int(words[word]), size_bytes)))
        return batch
