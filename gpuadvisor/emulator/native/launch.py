"""Runs the blocks of a launch in native code, parts of the launch on a pool of threads."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE, Grid
from gpuadvisor.emulator.cooperative import MAXIMUM_THREADS
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES
from gpuadvisor.emulator.counting.trace import RequestTrace
from gpuadvisor.emulator.layout import WINDOW_BYTES, Layout
from gpuadvisor.emulator.linker import STACK
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.abi import CONTEXT_WORDS, SAMPLE, SITE, WARP, Status, Word
from gpuadvisor.emulator.native.engine import run_blocks, run_clusters
from gpuadvisor.emulator.native.kernels import Kernel
from gpuadvisor.emulator.native.turns import Memory, Part, Turns
from gpuadvisor.emulator.store import zeroed
from gpuadvisor.model.errors import GpuAdvisorError

if TYPE_CHECKING:
    from gpuadvisor.emulator.native.device_runtime import DeviceRuntime

_PARTS = 32
"""The same on every machine, so that what is sampled does not depend on it."""
SAMPLES = 128
_FEWEST_SAMPLES = 8
"""Requests of each access whose addresses are kept: of all parts together, and at least of each."""
_ALIGNMENT = 64


def aligned(size_bytes: int) -> NDArray[np.uint8]:
    """Return zeroed memory that starts at a multiple of 64 bytes."""
    memory = zeroed(size_bytes + _ALIGNMENT)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size_bytes]


def _round(size_bytes: int) -> int:
    return -(-size_bytes // 16) * 16


class Flags:
    """The sectors of global memory that were touched, a byte for each."""

    def __init__(self, memory: GlobalMemory) -> None:
        self._memory = memory
        self.loaded, self.stored = (np.zeros(self._sectors, np.uint8) for _ in range(2))

    @property
    def _sectors(self) -> int:
        return self._memory.arena.size // SECTOR_BYTES + 1

    def grow(self) -> None:
        """Make room for all of the memory."""
        more = self._sectors - self.loaded.size
        if more > 0:
            self.loaded, self.stored = (np.pad(flags, (0, more)) for flags in (self.loaded, self.stored))

    @property
    def touched_bytes(self) -> int:
        """The bytes of the sectors that were loaded, and again of those that were stored."""
        return SECTOR_BYTES * (int(np.count_nonzero(self.loaded)) + int(np.count_nonzero(self.stored)))


@dataclass(slots=True)
class NativeLaunch:
    """A kernel ready to run over some blocks of a grid."""

    kernel: Kernel
    grid: Grid
    layout: Layout
    memory: GlobalMemory
    parameters: bytes
    budget: int
    runtime_errors: dict[int, GpuAdvisorError] = field(default_factory=dict)
    """By block: what the device runtime refused in the last run."""
    _kept: list[NDArray[Any]] = field(init=False)
    """What contexts point at."""

    def run(self, blocks: Sequence[int], trace: RequestTrace) -> tuple[list[Part], Flags]:
        """Run the blocks, some of them traced.

        The last of the parts returned is the first that failed, if one did.
        """
        flags = Flags(self.memory)
        shared = self._common()
        keep = [*self._tables(shared), *self._buffers(shared, flags), _point_at(trace, blocks, shared)]
        keep += self._images(shared)
        parts: list[Part] = []
        runtime = self._runtime(lambda: self._rebind(parts, flags), shared)
        chunks = self._chunks(blocks)
        sites = self._sites(trace)
        parts += [self._part(chunk, shared, sites, _rows_each(len(chunks))) for chunk in chunks]
        if self.kernel.plan.polls == "grid":
            self._turns().finish(parts)
        else:
            with ThreadPoolExecutor(1 if self.kernel.plan.ordered else os.cpu_count()) as pool:
                list(pool.map(self._run_part, parts))
        del keep
        if runtime is not None:
            runtime.finish()
            self.runtime_errors = runtime.errors
        failed = next((n for n, part in enumerate(parts) if part.status is not Status.DONE), None)
        return parts if failed is None else parts[: failed + 1], flags

    def _chunks(self, blocks: Sequence[int]) -> list[NDArray[np.int64]]:
        """Divide the blocks among the parts; those of a cluster, which follow each other, stay together."""
        clusters = np.asarray(blocks, np.int64).reshape(-1, self._together)
        return [chunk.reshape(-1) for chunk in np.array_split(clusters, min(_PARTS, len(clusters)))]

    def _runtime(
        self, memory_changed: Callable[[], None], words: NDArray[np.int64]
    ) -> "DeviceRuntime | None":
        """Return the device runtime, if the kernel calls it, and tell the words where it is."""
        if not self.kernel.plan.calls_runtime:
            return None
        from gpuadvisor.emulator.native.device_runtime import DeviceRuntime

        function = self.kernel.function
        runtime = DeviceRuntime(
            function, self.grid, self.layout, self.memory, self.parameters, memory_changed
        )
        words[Word.RUNTIME] = runtime.address
        return runtime

    def _buffers(self, words: NDArray[np.int64], flags: Flags) -> list[NDArray[Any]]:
        """Point the words at global memory, the table of its buffers and its flags."""
        starts, ends = self.memory.ranges()
        tables: dict[Word, NDArray[Any]] = {
            Word.ARENA: self.memory.arena,
            Word.BUFFER_STARTS: starts,
            Word.BUFFER_ENDS: ends,
            Word.LOADED: flags.loaded,
            Word.STORED: flags.stored,
        }
        for word, table in tables.items():
            words[..., word] = table.ctypes.data
        words[..., Word.BUFFERS] = len(starts)
        return list(tables.values())

    def _images(self, words: NDArray[np.int64]) -> list[NDArray[Any]]:
        """Point the words at the table of images, if the kernel names some."""
        if not self.kernel.plan.reads_images:
            return []
        from gpuadvisor.emulator.native.textures.table import image_table

        table = image_table(self.memory)
        words[Word.IMAGES], words[Word.IMAGE_COUNT] = table.ctypes.data, len(self.memory.images)
        return [table]

    def _image_sites(self) -> NDArray[Any]:
        if not self.kernel.plan.image_sites:
            return np.zeros(0, np.uint8)
        from gpuadvisor.emulator.native.textures.counted import new_sites

        return new_sites(self.kernel.plan.image_sites)

    def _rebind(self, parts: Sequence[Part], flags: Flags) -> None:
        """Tell all parts, of which one runs, that buffers came or went."""
        flags.grow()
        for part in parts:
            for contexts in (part.context, *part.started.values()):
                self._kept = self._buffers(contexts, flags)
            part.sites["span"] = 0

    def _common(self) -> NDArray[np.int64]:
        """Return the words that all contexts have in common."""
        launch, grid, layout = self.grid.launch, self.grid, self.layout
        warps_per_block = grid.warps_per_block
        words = np.zeros(CONTEXT_WORDS, np.int64)
        values = {
            Word.SHARED_BYTES: layout.shared_bytes,
            Word.SHARED_END: WINDOW_BYTES if layout.in_clusters else layout.shared_bytes,
            Word.SHARED_STRIDE: _round(layout.shared_bytes),
            Word.CLUSTER_BLOCKS: launch.blocks_per_cluster,
            Word.IS_CLUSTERED: launch.cluster is not None,
            Word.ARRIVALS: self.kernel.plan.arrivals_offset,
            Word.LOCAL_BYTES: layout.local_bytes,
            Word.LOCAL_STRIDE: _round(layout.local_bytes),
            Word.LOCAL_USED: self._local_bytes_used(),
            Word.FRAME_STRIDE: _round(layout.frame_bytes),
            Word.REGISTER_BYTES: self.kernel.plan.register_bytes if self.kernel.plan.clears_registers else 0,
            Word.WARP_STRIDE: self._warp_bytes if self.kernel.plan.waits else 0,
            Word.ACTIVATION_STRIDE: self._activation_bytes if self.kernel.plan.waits else 0,
            Word.WORKSPACE: grid.workspace,
            Word.COUNTS_ARRIVALS: self.kernel.plan.counts_arrivals,
            Word.BUDGET: self.budget,
            Word.THREADS: launch.threads_per_block,
            Word.WARPS_PER_BLOCK: warps_per_block,
            Word.MULTIPROCESSORS: grid.multiprocessors,
            Word.RESIDENT_BLOCKS: grid.multiprocessors * grid.blocks_per_multiprocessor,
            Word.DYNAMIC_SHARED_BYTES: launch.dynamic_shared_bytes,
        }
        values |= zip((Word.GRID_X, Word.GRID_Y, Word.GRID_Z), launch.grid, strict=True)
        values |= zip((Word.BLOCK_X, Word.BLOCK_Y, Word.BLOCK_Z), launch.block, strict=True)
        cluster = launch.cluster or (1, 1, 1)
        values |= zip((Word.CLUSTER_X, Word.CLUSTER_Y, Word.CLUSTER_Z), cluster, strict=True)
        for word, value in values.items():
            words[word] = value
        return words

    def _local_bytes_used(self) -> int:
        """Return how much of a thread's local memory lies below its stack.

        All of it, where blocks that take turns pass memory on.
        """
        stack = self.layout.places.get(STACK)
        return _round(self.layout.local_bytes) if stack is None or self.kernel.plan.polls else stack.address

    @property
    def _warp_bytes(self) -> int:
        return WARP.itemsize + self.kernel.plan.register_bytes

    @property
    def _activation_bytes(self) -> int:
        """What the activations of a warp can save."""
        return WARP_SIZE * self.kernel.plan.activation_bytes

    def _tables(self, words: NDArray[np.int64]) -> list[NDArray[Any]]:
        """Point the words at tables, which live as long as the list that is returned."""
        threads = np.arange(self.grid.warps_per_block * WARP_SIZE)
        x, y, _ = self.grid.launch.block
        indices = np.stack([threads % x, threads // x % y, threads // (x * y)]).astype(np.uint32)
        parameters = aligned(_round(len(self.parameters)))
        parameters[: len(self.parameters)] = np.frombuffer(self.parameters, np.uint8)
        tables: dict[Word, NDArray[Any]] = {
            Word.THREAD_INDICES: indices,
            Word.PARAMETERS: parameters,
        }
        for word, table in tables.items():
            words[word] = table.ctypes.data
        return [*tables.values()]

    def _part(
        self, blocks: NDArray[np.int64], common: NDArray[np.int64], configured: NDArray[Any], rows: int
    ) -> Part:
        sites = aligned(configured.nbytes).view(SITE)
        samples = np.zeros((len(sites), rows), SAMPLE)
        sites[:] = configured
        sites["sample_rows"] = rows
        sites["sample_start"] = samples.ctypes.data + np.arange(len(sites)) * samples.strides[0]
        counters = np.zeros(len(self.kernel.plan.counters), np.int64)
        images = self._image_sites()
        context = common.copy()
        tables: dict[Word, NDArray[Any]] = {
            Word.COUNTERS: counters,
            Word.SITES: sites,
            Word.IMAGE_SITES: images,
            Word.BLOCKS: blocks,
        }
        for word, table in tables.items():
            context[word] = table.ctypes.data
        context[Word.BLOCK_COUNT] = len(blocks)
        return Part(blocks, context, counters, sites, samples, np.zeros(0, np.uint8), images)

    def _run_part(self, part: Part) -> None:
        if self.kernel.plan.polls:
            self._turns().finish([part])
            return
        memory = self._block_memory()
        contexts = part.begin(memory, self._together)
        part.end(contexts, memory, self._run_contexts(contexts))

    def _run_contexts(self, contexts: NDArray[np.int64]) -> Status:
        run = run_clusters if self.layout.in_clusters else run_blocks
        return Status(run(contexts.ctypes.data, self.kernel.code.run_warp))

    @property
    def _together(self) -> int:
        """How many blocks run together: those of a cluster."""
        return self.grid.launch.blocks_per_cluster

    def _turns(self) -> Turns:
        resident = max(1, MAXIMUM_THREADS // (self.grid.launch.threads_per_block * self._together))
        warps, reads_clocks = self.grid.warps_per_block, self.kernel.plan.reads_clocks
        return Turns(self._run_contexts, self._block_memory, self._together, resident, warps, reads_clocks)

    def _block_memory(self) -> Memory:
        """Return memory for the blocks that run together."""
        layout, threads = self.layout, self._together * self.grid.warps_per_block * WARP_SIZE
        warps = self._together * (self.grid.warps_per_block if self.kernel.plan.waits else 1)
        return {
            Word.SHARED: aligned(self._together * _round(layout.shared_bytes)),
            Word.LOCAL: aligned(threads * _round(layout.local_bytes)),
            Word.FRAMES: aligned(threads * _round(layout.frame_bytes)),
            Word.ACTIVATIONS: aligned(warps * self._activation_bytes),
            Word.WARPS: aligned(warps * self._warp_bytes),
        }

    def _sites(self, trace: RequestTrace) -> NDArray[Any]:
        """Return the sites as they are at first, with what the machine code needs to know of each."""
        sites = np.zeros(len(self.kernel.plan.sites), SITE)
        sites["until_sample"] = sites["sample_gap"] = 1
        for record, site in zip(sites, self.kernel.plan.sites, strict=True):
            record["size_shift"] = site.bytes_per_thread.bit_length() - 1
            record["first_bytes"] = site.first_bytes or site.bytes_per_thread
            record["is_atomic"] = site.operation == "atomic"
            record["loaded"] = site.counted and site.operation != "store"
            record["stored"] = site.counted and site.operation != "load"
            record["trace_slot"] = 1 + trace.slots.get((site.pc, site.space), -1) if site.counted else 0
        return sites


def _rows_each(parts: int) -> int:
    """Return how many requests of each access a part keeps: an even number."""
    return max(_FEWEST_SAMPLES, SAMPLES // parts // 2 * 2)


def _point_at(trace: RequestTrace, blocks: Sequence[int], words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell the machine code where to keep the trace; return the traced blocks, which must live as long."""
    traced = np.asarray([blocks[position] for position in trace.positions], np.int64)
    words[Word.TRACE], words[Word.TRACED_BLOCKS] = trace.kept.ctypes.data, traced.ctypes.data
    words[Word.TRACED_COUNT] = traced.size
    words[Word.TRACE_BLOCK_BYTES], _, words[Word.TRACE_WARP_BYTES] = trace.kept.strides
    words[Word.TRACE_REQUESTS] = trace.requests_per_warp
    return traced
