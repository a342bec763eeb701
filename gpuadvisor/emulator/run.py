"""Runs a kernel launch: batch after batch of blocks, global memory common to all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from gpuadvisor.emulator.batch import WARP_SIZE, Batch, Grid
from gpuadvisor.emulator.binder import BoundKernel, bind
from gpuadvisor.emulator.checking.check import SHADOW_BYTES, Check
from gpuadvisor.emulator.clusters import own_offset, whole_clusters, with_cluster
from gpuadvisor.emulator.cooperative import allocate_workspace, synchronises_grid
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.executor import Executor
from gpuadvisor.emulator.layout import Layout, lay_out, pack_arguments
from gpuadvisor.emulator.linker import Linked, link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch, Observation

MAXIMUM_THREADS_PER_BLOCK = 1024
INTERPRETER_BUDGET = 4_000_000
NATIVE_BUDGET = 200_000_000
_BATCH_THREADS = 1 << 15
"""Enough to make NumPy's cost per call small, few enough for a register to stay in the cache."""
_BATCH_BYTES = 1 << 29
"""For the registers, local and shared memory of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run: which blocks, how long, on what machine."""

    blocks: Sequence[int] | None = None
    """Linear block numbers; None runs all."""
    instruction_budget: int | None = None
    """Instructions that a warp may execute before the run is stopped; None: the budget of the executor."""
    multiprocessors: int = 1
    blocks_per_multiprocessor: int = 1
    """Both as %smid and the clocks show them to the kernel."""
    native: bool = True
    """Whether to run native code where it can run the kernel; the interpreter counts the same."""
    check: bool = False
    """Whether to look for defects (see `checking`), in the interpreter; faults then do not end the run."""


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
    launch = with_cluster(linked.function, launch)
    layout = lay_out(program, linked.function, launch.dynamic_shared_bytes, memory)
    parameters = pack_arguments(linked.function, layout, arguments)
    grid = Grid(launch, options.multiprocessors, options.blocks_per_multiprocessor)
    loaded = _Loaded(linked, layout, parameters, grid, memory)
    if synchronises_grid(linked.function):
        return _run_at_once(loaded, options)
    native = options.native and not options.check and launch.blocks_per_cluster == 1
    if native and find_spec("llvmlite") is not None:
        observation = _run_native(loaded, options)
        if observation is not None:
            return observation
    return _interpret(loaded, options)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A kernel with everything it needs to run."""

    linked: Linked
    layout: Layout
    parameters: bytes
    grid: Grid
    memory: GlobalMemory

    def variable(self, _pc: int, space: str, address: int) -> str | None:
        """Return the name of the variable that an address of a space lies in."""
        if space == "global":
            return self.memory.name_of(address)
        offset = own_offset(address) if space == "shared" else address
        return self.layout.variable_at(space, offset)

    def check(self) -> Check:
        """Return what looks for defects."""
        return Check(self.linked.function, self.layout, self.parameters, self.memory)

    def chosen(self, options: RunOptions) -> Sequence[int]:
        """Return the blocks to run: those asked for, and what else belongs to their clusters."""
        launch = self.grid.launch
        blocks = range(launch.blocks) if options.blocks is None else options.blocks
        return blocks if launch.blocks_per_cluster == 1 else whole_clusters(blocks, launch)


def _run_native(loaded: _Loaded, options: RunOptions) -> Observation | None:
    """Run in native code; None where that cannot run this kernel."""
    from gpuadvisor.emulator.native.kernels import native_kernel
    from gpuadvisor.emulator.native.launch import NativeLaunch
    from gpuadvisor.emulator.native.run import run_native

    memory, layout = loaded.memory, loaded.layout
    kernel = native_kernel(loaded.linked, layout, memory)
    if kernel is None:
        return None
    budget = options.instruction_budget or NATIVE_BUDGET
    launch = NativeLaunch(kernel, loaded.grid, layout, memory, loaded.parameters, budget)
    return run_native(launch, loaded.chosen(options), loaded.variable)


def _run_at_once(loaded: _Loaded, options: RunOptions) -> Observation:
    """Run all blocks together, in the interpreter: they can wait for each other."""
    workspace = allocate_workspace(loaded.linked.function, loaded.grid.launch, loaded.memory)
    try:
        grid = replace(loaded.grid, workspace=workspace)
        return _interpret(replace(loaded, grid=grid), replace(options, blocks=None))
    finally:
        loaded.memory.free(workspace)


def _interpret(loaded: _Loaded, options: RunOptions) -> Observation:
    linked, layout, grid, blocks = loaded.linked, loaded.layout, loaded.grid, loaded.chosen(options)
    bound = bind(linked, layout)
    recorder = Recorder(linked.function, grid.launch, len(blocks), grid.launch.blocks)
    executor = Executor(bound, options.instruction_budget or INTERPRETER_BUDGET)
    types = bound.registers.dtypes
    check = loaded.check() if options.check else None
    for part in _batches(blocks, _blocks_per_batch(bound, layout, grid, check)):
        batch = Batch(grid, part, layout, types, loaded.memory, recorder, loaded.parameters)
        if check is not None:
            check.watch(batch)
        executor.run(batch)
        recorder.next_blocks(len(part))
    observation = recorder.observation(loaded.variable)
    if check is not None:
        observation.findings = check.close()
    return observation


def _check_launch(function: Function, launch: Launch) -> None:
    limit = min(function.maximum_threads or MAXIMUM_THREADS_PER_BLOCK, MAXIMUM_THREADS_PER_BLOCK)
    if not 0 < launch.threads_per_block <= limit:
        raise GpuAdvisorError(
            f"{launch.threads_per_block} threads per block; the kernel allows 1 to {limit}",
            where=function.name,
        )
    if launch.blocks <= 0:
        raise GpuAdvisorError(f"a grid of {launch.grid} has no blocks", where=function.name)


def _blocks_per_batch(bound: BoundKernel, layout: Layout, grid: Grid, check: Check | None) -> int:
    registers_bytes = sum(dtype.itemsize for dtype in bound.registers.dtypes)
    per_thread = registers_bytes + layout.local_bytes + layout.frame_bytes
    if grid.workspace:
        return grid.launch.blocks
    threads = grid.warps_per_block * WARP_SIZE
    per_block = threads * per_thread + layout.shared_bytes * (SHADOW_BYTES if check else 1)
    blocks = min(_BATCH_THREADS // threads, _BATCH_BYTES // max(per_block, 1))
    of_cluster = grid.launch.blocks_per_cluster
    return max(1, blocks // of_cluster) * of_cluster


def _batches(blocks: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(blocks), size):
        yield blocks[start : start + size]
