"""Runs a kernel launch instruction by instruction: batch after batch of blocks."""

from collections.abc import Iterator, Sequence

from gpuadvisor.emulator.batch import WARP_SIZE, Batch, Grid
from gpuadvisor.emulator.binder import BoundKernel, bind
from gpuadvisor.emulator.checking.check import SHADOW_BYTES, Check
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.executor import Executor
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.loaded import Loaded, RunOptions
from gpuadvisor.model.kernel import Observation

INTERPRETER_BUDGET = 4_000_000
_BATCH_THREADS = 1 << 15
"""Enough to make NumPy's cost per call small, few enough for a register to stay in the cache."""
_BATCH_BYTES = 1 << 29
"""For the registers, local and shared memory of a batch."""


def interpret(loaded: Loaded, options: RunOptions) -> Observation:
    """Run a kernel and return what was counted; raises GpuAdvisorError where it fails."""
    linked, layout, grid, blocks = loaded.linked, loaded.layout, loaded.grid, loaded.chosen(options)
    bound = bind(linked, layout)
    recorder = Recorder(linked.function, grid.launch, len(blocks), grid.launch.blocks)
    executor = Executor(bound, options.instruction_budget or INTERPRETER_BUDGET)
    types = bound.registers.dtypes
    check = _check(loaded) if options.check else None
    try:
        for part in _batches(blocks, _blocks_per_batch(bound, layout, grid, check)):
            batch = Batch(grid, part, layout, types, loaded.memory, recorder, loaded.parameters)
            if check is not None:
                check.watch(batch)
            executor.run(batch)
            recorder.next_blocks(len(part))
    finally:
        findings = check.close() if check is not None else None
    observation = recorder.observation(loaded.variable)
    observation.findings = findings
    return observation


def _check(loaded: Loaded) -> Check:
    """Return what looks for defects."""
    return Check(loaded.linked.function, loaded.layout, loaded.parameters, loaded.memory)


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
