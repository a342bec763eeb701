"""Runs a kernel launch: batch after batch of blocks, global memory common to all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.batch import WARP_SIZE, Batch, Grid
from gpuadvisor.emulator.binder import BoundKernel, bind
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.executor import Executor
from gpuadvisor.emulator.layout import Layout, lay_out, pack_arguments
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch, Observation

MAXIMUM_THREADS_PER_BLOCK = 1024
_BATCH_THREADS = 1 << 15
"""Enough to make NumPy's cost per call small, few enough for a register to stay in the cache."""
_BATCH_BYTES = 1 << 29
"""For the registers, local and shared memory of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run: which blocks, how long, on what machine."""

    blocks: Sequence[int] | None = None
    """Linear block numbers; None runs all."""
    instruction_budget: int = 4_000_000
    """Instructions that a warp may execute before the run is stopped."""
    multiprocessors: int = 1
    blocks_per_multiprocessor: int = 1
    """Both as %smid and the clocks show them to the kernel."""


def run(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[np.generic],
    memory: GlobalMemory,
    options: RunOptions = RunOptions(),
) -> Observation:
    """Execute a kernel (its mangled name) and return what was counted; pointers are np.uint64 addresses.

    Raises GpuAdvisorError where the launch does not fit the kernel, or the kernel fails.
    """
    linked = link(program, kernel)
    _check_launch(linked.function, launch)
    layout = lay_out(program, linked.function, launch.dynamic_shared_bytes, memory)
    parameters = pack_arguments(linked.function, layout, arguments)
    bound = bind(linked, layout)
    grid = Grid(launch, options.multiprocessors, options.blocks_per_multiprocessor)
    blocks = range(launch.blocks) if options.blocks is None else options.blocks
    recorder = Recorder(linked.function, launch, len(blocks), launch.blocks)
    executor = Executor(bound, options.instruction_budget)
    for part in _batches(blocks, _blocks_per_batch(bound, layout, grid)):
        executor.run(Batch(grid, part, layout, bound.registers.dtypes, memory, recorder, parameters))
    return recorder.observation(_variables(layout, memory))


def _check_launch(function: Function, launch: Launch) -> None:
    limit = min(function.maximum_threads or MAXIMUM_THREADS_PER_BLOCK, MAXIMUM_THREADS_PER_BLOCK)
    if not 0 < launch.threads_per_block <= limit:
        raise GpuAdvisorError(
            f"{launch.threads_per_block} threads per block; the kernel allows 1 to {limit}",
            where=function.name,
        )
    if launch.blocks <= 0:
        raise GpuAdvisorError(f"a grid of {launch.grid} has no blocks", where=function.name)


def _blocks_per_batch(bound: BoundKernel, layout: Layout, grid: Grid) -> int:
    registers_bytes = sum(dtype.itemsize for dtype in bound.registers.dtypes)
    per_thread = registers_bytes + layout.local_bytes + layout.frame_bytes
    threads = grid.warps_per_block * WARP_SIZE
    per_block = threads * per_thread + layout.shared_bytes
    return max(1, min(_BATCH_THREADS // threads, _BATCH_BYTES // max(per_block, 1)))


def _batches(blocks: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(blocks), size):
        yield blocks[start : start + size]


def _variables(layout: Layout, memory: GlobalMemory) -> Callable[[int, str, int], str | None]:
    """Return how to name the variable that an address of a space lies in."""

    def variable(_pc: int, space: str, address: int) -> str | None:
        return memory.name_of(address) if space == "global" else layout.variable_at(space, address)

    return variable
