"""The kernels of `problems`, line by line, for Numba; a program of its own, since the simulator is chosen
by an environment variable before the first import: prints the seconds of each launch as JSON."""

import json
import time

import numpy as np
from numba import cuda, float32, uint32

from benchmarks.throughput.problems import BENCHMARKS

# Numba infers the types of what is compiled.
# ruff: noqa: ANN001, ANN201, ANN202


@cuda.jit
def saxpy(y, x, a, n):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < n:
        y[i] = a * x[i] + y[i]


@cuda.jit
def transpose_padded(out, matrix, _n):
    tile = cuda.shared.array((32, 33), float32)
    x = cuda.blockIdx.x * 32 + cuda.threadIdx.x
    y = cuda.blockIdx.y * 32 + cuda.threadIdx.y
    for j in range(0, 32, 8):
        tile[cuda.threadIdx.y + j, cuda.threadIdx.x] = matrix[y + j, x]
    cuda.syncthreads()
    x = cuda.blockIdx.y * 32 + cuda.threadIdx.x
    y = cuda.blockIdx.x * 32 + cuda.threadIdx.y
    for j in range(0, 32, 8):
        out[y + j, x] = tile[cuda.threadIdx.x, cuda.threadIdx.y + j]


@cuda.jit
def matmul_tiled(c, a, b, n):
    a_tile = cuda.shared.array((16, 16), float32)
    b_tile = cuda.shared.array((16, 16), float32)
    column = cuda.blockIdx.x * 16 + cuda.threadIdx.x
    row = cuda.blockIdx.y * 16 + cuda.threadIdx.y
    total = np.float32(0)
    for k in range(0, n, 16):
        a_tile[cuda.threadIdx.y, cuda.threadIdx.x] = a[row, k + cuda.threadIdx.x]
        b_tile[cuda.threadIdx.y, cuda.threadIdx.x] = b[k + cuda.threadIdx.y, column]
        cuda.syncthreads()
        for i in range(16):
            total += a_tile[cuda.threadIdx.y, i] * b_tile[i, cuda.threadIdx.x]
        cuda.syncthreads()
    c[row, column] = total


@cuda.jit
def histogram_shared(bins, data, n):
    local = cuda.shared.array(256, uint32)
    for bin_ in range(cuda.threadIdx.x, 256, cuda.blockDim.x):
        local[bin_] = 0
    cuda.syncthreads()
    stride = cuda.gridDim.x * cuda.blockDim.x
    for i in range(cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x, n, stride):
        cuda.atomic.add(local, data[i], 1)
    cuda.syncthreads()
    for bin_ in range(cuda.threadIdx.x, 256, cuda.blockDim.x):
        cuda.atomic.add(bins, bin_, local[bin_])


@cuda.jit
def gather(out, table, index, n):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < n:
        out[i] = table[index[i]]


ROUNDS = 3


def _run(kernel, problem):
    """Return the seconds of the fastest launch, and whether the first answer is right."""
    seconds, solved = zip(*(_launched(kernel, problem) for _ in range(ROUNDS)), strict=True)
    return min(seconds), all(solved)


def _launched(kernel, problem):
    values = {name: np.copy(value) if np.ndim(value) else value for name, value in problem.arguments.items()}
    launch = problem.launch
    start = time.perf_counter()
    kernel[launch.grid, launch.block](*values.values())
    return time.perf_counter() - start, problem.is_solved_by(values[problem.output])


KERNELS = (saxpy, transpose_padded, matmul_tiled, histogram_shared, gather)
SIZES = {benchmark.kernel: benchmark.problem(benchmark.simulator_size) for benchmark in BENCHMARKS}
print(json.dumps({kernel.__name__: _run(kernel, SIZES[kernel.__name__]) for kernel in KERNELS}))
