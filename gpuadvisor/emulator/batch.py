"""The state of the blocks that run together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.activations import Activations
from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.barriers import Barriers
from gpuadvisor.emulator.checks import Checks
from gpuadvisor.emulator.cluster_barrier import ClusterBarrier
from gpuadvisor.emulator.convergence import Convergence
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.heap import Heap
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.scheduler import Scheduler
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.widths import Lanes
from gpuadvisor.model.kernel import Launch

WARP_SIZE = 32


@dataclass(frozen=True, slots=True)
class Grid:
    """The launch as threads see it, and where the modelled scheduler puts its blocks."""

    launch: Launch
    multiprocessors: int
    blocks_per_multiprocessor: int
    workspace: int = 0
    """The address of what blocks that wait for each other share; 0: they do not."""

    @property
    def warps_per_block(self) -> int:
        """Warps of each block; the last one may be partly filled."""
        return -(-self.launch.threads_per_block // WARP_SIZE)

    def block_index(self, block: int) -> tuple[int, int, int]:
        """Return (x, y, z) of a linear block number."""
        x, y, _ = self.launch.grid
        return block % x, block // x % y, block // (x * y)

    def thread_index(self, thread: int) -> tuple[int, int, int]:
        """Return (x, y, z) of a linear thread number."""
        x, y, _ = self.launch.block
        return thread % x, thread // x % y, thread // (x * y)


class Batch:
    """Registers and memories of some blocks: all of their warps execute together.

    `shape` is (warps, 32); the warps of a block are neighbours, and so are the blocks of a cluster, in order
    of rank. `registers` holds one array per slot.
    """

    def __init__(
        self,
        grid: Grid,
        blocks: Sequence[int],
        layout: Layout,
        register_types: Sequence[np.dtype[np.generic]],
        memory: GlobalMemory,
        recorder: Recorder,
        parameters: bytes,
    ) -> None:
        self.grid = grid
        self.blocks = np.asarray(blocks, np.int64)
        self.layout = layout
        self.memory = memory
        self.recorder = recorder
        self.shape = (len(blocks) * grid.warps_per_block, WARP_SIZE)
        self.registers: list[Lanes] = [
            np.broadcast_to(np.zeros((1, 1), dtype), self.shape) for dtype in register_types
        ]
        self.block_slot = np.repeat(np.arange(len(blocks)), grid.warps_per_block * WARP_SIZE)
        """By thread: which block of the batch it belongs to."""
        self.exists = self._existing()
        self.issued = np.zeros(self.shape[0], np.int64)
        """By warp: instructions issued before the current basic block."""
        self.scheduler = Scheduler(self.exists)
        self.pc = 0
        """Where the current instruction stands."""
        self.checks: Checks | None = None
        """What watches the batch, if anything does."""
        self.barriers = Barriers(self.scheduler, grid.warps_per_block)
        self.cluster_barrier = ClusterBarrier(
            self.scheduler, grid.warps_per_block * grid.launch.blocks_per_cluster
        )
        self.convergence = Convergence(self.scheduler)
        self.returns: dict[str, NDArray[np.int32]] = {}
        """By function: where each of its threads returns to."""
        self.activations: dict[str, Activations] = {}
        """By function that calls itself: what its earlier activations keep."""
        self.heap = Heap(memory)
        self.printed: list[tuple[int, str]] = []
        """What threads printed: the position of the thread and the text."""
        self.special: dict[str, Lanes] = {}
        """Special registers that do not change, computed when first read."""
        threads = self.shape[0] * WARP_SIZE
        self.shared_stride = _round(layout.shared_bytes)
        self.local_stride = _round(layout.local_bytes)
        self.frame_stride = _round(layout.frame_bytes)
        self.shared = ByteStore(len(blocks) * self.shared_stride)
        self.local = ByteStore(threads * self.local_stride)
        self.frames = ByteStore(threads * self.frame_stride)
        self.parameters = ByteStore(len(parameters))
        self.parameters.bytes[: len(parameters)] = np.frombuffer(parameters, np.uint8)

    def _existing(self) -> Mask:
        """Return which lanes hold a thread: the last warp of a block may be partly filled."""
        in_block = np.arange(self.grid.warps_per_block * WARP_SIZE) < self.grid.launch.threads_per_block
        return np.tile(in_block, self.blocks.size).reshape(self.shape)

    def thread_in_block(self) -> NDArray[np.int64]:
        """Return the linear thread number of every lane, shape (warps, 32)."""
        per_block = np.arange(self.grid.warps_per_block * WARP_SIZE)
        return np.tile(per_block, self.blocks.size).reshape(self.shape)

    def cluster_ranks(self) -> NDArray[np.int64]:
        """Return the rank of every block in its cluster, shape (blocks,)."""
        return np.arange(self.blocks.size) % self.grid.launch.blocks_per_cluster

    def everyone_is(self, active: Active) -> bool:
        """Return whether `active` are all threads that have not exited."""
        return self.scheduler.runs_alone and active.count == int(np.count_nonzero(self.scheduler.alive))

    def frame_rows(self) -> NDArray[np.uint8]:
        """Return the parameters of device functions: a row of bytes for each thread."""
        return self.frames.bytes.reshape(self.shape[0] * WARP_SIZE, self.frame_stride)

    def describe(self, lane: int) -> str:
        """Return block and thread of a lane of the flattened batch, for messages."""
        per_block = self.grid.warps_per_block * WARP_SIZE
        block = self.grid.block_index(int(self.blocks[lane // per_block]))
        thread = self.grid.thread_index(lane % per_block)
        return f"block {block}, thread {thread}"


def _round(size_bytes: int) -> int:
    return -(-size_bytes // 16) * 16
