"""Reuse, contention and the ways of branches in compiled kernels; both executors count the same."""

import numpy as np
import pytest

from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.model.kernel import Access, Branch, Observation
from tests.emulator.harness import DEFAULT, Array, compiled, execute, launch_of

SOURCE = """
extern "C" __global__ void multiply(const float* a, const float* b, float* c, int n) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    float sum = 0;
    for (int k = 0; k < n; ++k)
        sum += a[y * n + k] * b[k * n + x];
    c[y * n + x] = sum;
}
extern "C" __global__ void blur(const float* in, float* out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = in[i] + in[i + 1] + in[i + 2];
}
extern "C" __global__ void histogram(const unsigned char* keys, unsigned* bins) {
    __shared__ unsigned local[256];
    local[threadIdx.x] = 0;
    __syncthreads();
    atomicAdd(&local[keys[blockIdx.x * blockDim.x + threadIdx.x]], 1u);
    __syncthreads();
    if (local[threadIdx.x])
        atomicAdd(&bins[threadIdx.x], local[threadIdx.x]);
}
extern "C" __global__ void rare(const int* keys, float* out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = i;
    if (keys[i] == 0) {
        for (int step = 0; step < 20; ++step)
            value = value * 1.5f + keys[(i + step) % 64];
        out[i] = value;
    }
}
"""
Extent = int | tuple[int, ...]
PROGRAM = compiled(SOURCE)


def observed(kernel: str, grid: Extent, block: Extent, arguments: list[Array | np.generic]) -> Observation:
    return execute(PROGRAM, kernel, launch_of(grid, block), arguments).observation


def _on(observation: Observation, variable: str, operation: str) -> list[Access]:
    return [a for a in observation.accesses if (a.variable, a.operation) == (variable, operation)]


def test_a_naive_matrix_product_loads_each_row_and_column_again_in_its_block() -> None:
    """A block of 16 x 16 threads loads 16 rows and 16 columns of 64: each sector eight times."""
    n = 64
    matrix = np.ones((n, n), np.float32)
    observation = observed("multiply", (4, 4), (16, 16), [matrix, matrix, np.zeros_like(matrix), np.int32(n)])
    reuse = observation.counters.load_reuse
    assert reuse is not None
    assert (reuse.trace.blocks, reuse.trace.complete) == (3, True)
    assert reuse.sectors == 3 * 8 * n * (2 + 2)
    assert reuse.block_sectors == 3 * (16 * n // 8 + 2 * n)
    assert reuse.in_block == 8.0
    # Blocks 0 and 1 share their rows, blocks 0 and 8 their columns.
    assert reuse.distinct_sectors == 2 * (16 * n // 8) + 2 * (2 * n)


def test_neighbours_of_a_stencil_are_reuse_of_the_line_and_not_of_its_accesses() -> None:
    observation = observed("blur", 8, 128, [np.zeros(8 * 128 + 2, np.float32), np.zeros(8 * 128, np.float32)])
    loads = _on(observation, "array0", "load")
    assert [access.reuse.in_block for access in loads if access.reuse] == pytest.approx([1, 20 / 17, 20 / 17])
    line = next(line.load_reuse for line in observation.lines if line.load_reuse)
    assert (line.sectors, line.block_sectors) == (3 * 4 * (4 + 5 + 5), 3 * 17)


def test_contention_of_a_histogram_is_that_of_its_keys() -> None:
    keys = np.random.default_rng(3).integers(0, 6, 3 * 256).astype(np.uint8)
    observation = observed("histogram", 3, 256, [keys, np.zeros(256, np.uint32)])
    (shared,) = [access for access in observation.accesses if access.space == "shared" and access.contention]
    traced = keys[: 2 * 256].reshape(-1, 32)
    worst = [np.bincount(row).max() for row in traced]
    assert shared.contention is not None
    assert shared.contention.worst_lanes == max(worst)
    assert shared.contention.mean_worst_lanes == pytest.approx(np.mean(worst))
    assert shared.contention.hottest_share == pytest.approx(np.bincount(traced.ravel()).max() / traced.size)
    distinct = sum(np.unique(row).size for row in keys.reshape(-1, 32))
    assert shared.contention.lanes_per_address == pytest.approx(keys.size / distinct)
    (flush,) = _on(observation, "array1", "atomic")
    assert flush.contention is not None
    assert flush.contention.worst_lanes == 1


def _rare(keys: Array, options: RunOptions = DEFAULT) -> Branch:
    out = np.zeros(keys.size, np.float32)
    outcome = execute(PROGRAM, "rare", launch_of(keys.size // 64, 64), [keys, out], options)
    return max(outcome.observation.branches, key=lambda branch: branch.divergent)


@pytest.mark.parametrize("options", [DEFAULT, RunOptions(blocks=[0, 3])])
def test_the_ways_of_a_branch_and_what_is_executed_on_them(options: RunOptions) -> None:
    """Two threads of every other warp take the long way; all others of all warps pass it by."""
    keys = np.ones(64 * 6, np.int32)
    keys[0::64], keys[5::64] = 0, 0
    branch = _rare(keys, options)
    assert (branch.executions, branch.divergent) == (12, 6)
    assert branch.taken is not None
    assert branch.passed is not None
    assert branch.taken_share == pytest.approx(62 / 64)
    long, short = sorted((branch.passed, branch.taken), key=lambda way: way.divergent_threads or 0)
    assert (long.divergent_threads, short.divergent_threads) == (2, 30)
    assert (long.executions, short.executions) == (6, 12)
    assert short.instructions == 0
    assert long.instructions is not None
    assert long.instructions > 20 * 3
    assert long.warp_instructions == 6 * long.instructions
    assert long.thread_instructions == 2 * long.warp_instructions


def test_a_branch_that_never_splits_says_where_threads_go() -> None:
    branch = _rare(np.zeros(128, np.int32))
    assert branch.divergent == 0
    assert branch.passed is not None
    assert (branch.taken_share, branch.passed.divergent_threads) == (0.0, None)
