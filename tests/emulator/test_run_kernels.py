"""CUDA C++ kernels, end to end, against NumPy."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.model.kernel import Launch
from tests.emulator.harness import Array, Outcome, compiled, execute, launch_of

SOURCE = r"""
extern "C" __global__ void saxpy(float* y, const float* x, float a, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = a * x[i] + y[i];
}
extern "C" __global__ void transpose(float* out, const float* in, int n) {
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
    out[x * n + y] = in[y * n + x];
}
extern "C" __global__ void transpose_tiled(float* out, const float* in, int n) {
    __shared__ float tile[32][33];
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * n + x];
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x, y = blockIdx.x * 32 + threadIdx.y;
    for (int j = 0; j < 32; j += 8) out[(y + j) * n + x] = tile[threadIdx.x][threadIdx.y + j];
}
extern "C" __global__ void block_sum(int* out, const int* in) {
    extern __shared__ int partial[];
    partial[threadIdx.x] = in[blockIdx.x * blockDim.x + threadIdx.x];
    __syncthreads();
    for (int stride = blockDim.x / 2; stride; stride /= 2) {
        if (threadIdx.x < stride) partial[threadIdx.x] += partial[threadIdx.x + stride];
        __syncthreads();
    }
    if (threadIdx.x == 0) out[blockIdx.x] = partial[0];
}
extern "C" __global__ void shuffle_sum(float* out, const float* in) {
    float v = in[blockIdx.x * blockDim.x + threadIdx.x];
    for (int offset = 16; offset; offset /= 2) v += __shfl_down_sync(~0u, v, offset);
    __shared__ float warps[32];
    if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x < 32) {
        v = threadIdx.x < blockDim.x / 32 ? warps[threadIdx.x] : 0.0f;
        for (int offset = 16; offset; offset /= 2) v += __shfl_xor_sync(~0u, v, offset);
        if (threadIdx.x == 0) atomicAdd(out, v);
    }
}
extern "C" __global__ void histogram(unsigned* out, const unsigned char* in, int n) {
    __shared__ unsigned counts[256];
    for (int i = threadIdx.x; i < 256; i += blockDim.x) counts[i] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&counts[in[i]], 1u);
    __syncthreads();
    for (int i = threadIdx.x; i < 256; i += blockDim.x) atomicAdd(&out[i], counts[i]);
}
extern "C" __global__ void collatz(int* steps, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned long long v = i + 1;
    int count = 0;
    while (v != 1) { v = v & 1 ? 3 * v + 1 : v / 2; count++; }
    steps[i] = count;
}
struct Pair { int key; double value; };
__device__ __noinline__ Pair scaled(Pair p, float factor) {
    p.value *= factor;
    p.key += 1;
    return p;
}
__device__ __noinline__ double twice_scaled(Pair p, int times) {
    for (int i = 0; i < times; i++) p = scaled(p, 2.0f);
    return p.value + p.key;
}
extern "C" __global__ void calls(double* out, const double* in) {
    int i = threadIdx.x;
    Pair p = {i, in[i]};
    out[i] = i % 3 == 0 ? twice_scaled(p, i % 5) : scaled(p, 0.5f).value;
}
extern "C" __global__ void local_array(int* out, const int* order) {
    int values[16];
    for (int i = 0; i < 16; i++) values[i] = threadIdx.x * 100 + i;
    for (int i = 0; i < 15; i++) {
        int j = order[i] & 15, t = values[i];
        values[i] = values[j]; values[j] = t;
    }
    for (int i = 0; i < 16; i++) out[threadIdx.x * 16 + i] = values[order[i] & 15];
}
__constant__ float coefficients[5] = {1.0f, -2.0f, 0.5f, 4.0f, 0.25f};
__device__ int offsets[4] = {3, 1, 4, 1};
__device__ int* chosen = &offsets[2];
extern "C" __global__ void polynomial(float* out, const float* in) {
    float x = in[threadIdx.x], sum = coefficients[threadIdx.x % 5];
    for (int i = 0; i < 5; i++) sum = sum * x + coefficients[i];
    out[threadIdx.x] = sum + *chosen;
}
extern "C" __global__ void count_launches(int* out) { out[0] = atomicAdd(&offsets[0], 1); }
extern "C" __global__ void choose(int* out, const int* in) {
    int i = threadIdx.x, r = 0;
    switch (in[i]) {
        case 0: r = i; break;
        case 1: r = i * i; break;
        case 2: r = -i; break;
        case 3: r = out[i] + 7; break;
        case 4: r = i ^ 5; break;
        case 5: r = 1 << (i & 7); break;
        case 6: for (int k = 0; k < i; k++) r += k * k ^ r; break;
        default: r = 99;
    }
    out[i] = r;
}
struct Big { float weights[6]; int n; };
extern "C" __global__ void structure(float* out, Big big) {
    out[threadIdx.x] = big.weights[threadIdx.x % big.n];
}
__device__ __noinline__ float through(const float* p, int i) { return p[i]; }
extern "C" __global__ void generic(float* out, const float* in) {
    __shared__ float tile[64];
    float own[4];
    for (int i = 0; i < 4; i++) own[i] = threadIdx.x * 4 + i;
    tile[threadIdx.x] = in[threadIdx.x] + 100;
    __syncthreads();
    const float* p = threadIdx.x % 3 == 0 ? in : threadIdx.x % 3 == 1 ? tile : own;
    out[threadIdx.x] = through(p, threadIdx.x % 4);
}
extern "C" __global__ void by_reference(float* out, const __grid_constant__ Big big) {
    out[threadIdx.x] = through(big.weights, threadIdx.x % 6);
}
extern "C" __global__ void prints(int* out) { printf("%d\n", out[0]); out[threadIdx.x] = 1; }
"""


def run(kernel: str, launch: Launch, *arguments: Array | np.generic) -> Outcome:
    return execute(compiled(SOURCE), kernel, launch, arguments)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_saxpy_with_a_ragged_end(random: np.random.Generator) -> None:
    x, y = random.random((2, 1000), dtype=np.float32)
    outcome = run("saxpy", launch_of(8, 128), y, x, np.float32(3), np.int32(1000))
    expected = (np.float64(3) * x + y).astype(np.float32)
    np.testing.assert_array_equal(outcome.arrays[0], expected)
    counters = outcome.observation.counters
    assert (counters.blocks_run, counters.global_store_requests) == (8, 32)


@pytest.mark.parametrize(
    ("kernel", "grid", "block"), [("transpose", (4, 16), (32, 8)), ("transpose_tiled", (4, 4), (32, 8))]
)
def test_transpose(
    random: np.random.Generator, kernel: str, grid: tuple[int, int], block: tuple[int, int]
) -> None:
    matrix = random.random((128, 128), dtype=np.float32)
    outcome = run(kernel, launch_of(grid, block), np.zeros_like(matrix), matrix, np.int32(128))
    np.testing.assert_array_equal(outcome.arrays[0], matrix.T)


@pytest.mark.parametrize("threads", [32, 64, 256, 1024])
def test_reduction_in_dynamic_shared_memory(random: np.random.Generator, threads: int) -> None:
    values = random.integers(-1000, 1000, (6, threads), dtype=np.int32)
    outcome = run("block_sum", launch_of(6, threads, shared=4 * threads), np.zeros(6, np.int32), values)
    np.testing.assert_array_equal(outcome.arrays[0], values.sum(axis=1))


def test_reduction_by_shuffles(random: np.random.Generator) -> None:
    values = random.integers(0, 100, 512).astype(np.float32)
    outcome = run("shuffle_sum", launch_of(4, 128), np.zeros(1, np.float32), values)
    assert outcome.arrays[0][0] == values.sum()


def test_histogram_with_shared_atomics(random: np.random.Generator) -> None:
    values = random.integers(0, 256, 5000, dtype=np.uint8)
    outcome = run("histogram", launch_of(3, 96), np.zeros(256, np.uint32), values, np.int32(5000))
    np.testing.assert_array_equal(outcome.arrays[0], np.bincount(values, minlength=256))


def test_uneven_trip_counts() -> None:
    def steps(value: int) -> int:
        count = 0
        while value != 1:
            value, count = (3 * value + 1 if value % 2 else value // 2), count + 1
        return count

    outcome = run("collatz", launch_of(3, 64), np.zeros(150, np.int32), np.int32(150))
    assert outcome.arrays[0].tolist() == [steps(i + 1) for i in range(150)]


def test_calls_of_device_functions_with_structures() -> None:
    values = np.arange(64, dtype=np.float64) + 0.5
    outcome = run("calls", launch_of(1, 64), np.zeros(64), values)
    expected = [v * 2.0 ** (i % 5) + i + i % 5 if i % 3 == 0 else v * 0.5 for i, v in enumerate(values)]
    assert outcome.arrays[0].tolist() == expected


def test_local_arrays_with_computed_indices(random: np.random.Generator) -> None:
    order = random.integers(0, 16, 16, dtype=np.int32)
    outcome = run("local_array", launch_of(1, 40), np.zeros((40, 16), np.int32), order)
    expected = np.arange(40)[:, None] * 100 + np.arange(16)
    for i in range(15):
        expected[:, [i, order[i]]] = expected[:, [order[i], i]]
    np.testing.assert_array_equal(outcome.arrays[0], expected[:, order])
    assert outcome.observation.counters.local_load_requests > 0


def test_constants_and_initialised_pointers(random: np.random.Generator) -> None:
    x = random.random(32).astype(np.float32)
    outcome = run("polynomial", launch_of(1, 32), np.zeros(32, np.float32), x)
    coefficients = np.array([1, -2, 0.5, 4, 0.25])
    expected = coefficients[np.arange(32) % 5]
    for coefficient in coefficients:
        expected = expected * x.astype(np.float64) + coefficient
    np.testing.assert_allclose(outcome.arrays[0], expected + 4, rtol=1e-5, atol=1e-5)


def test_module_variables_live_as_long_as_the_memory() -> None:
    memory = GlobalMemory()
    seen = [
        execute(
            compiled(SOURCE), "count_launches", launch_of(1, 1), [np.zeros(1, np.int32)], memory=memory
        ).arrays[0][0]
        for _ in range(3)
    ]
    assert seen == [3, 4, 5]


def test_switch(random: np.random.Generator) -> None:
    cases = random.integers(0, 9, 64, dtype=np.int32)
    before = random.integers(0, 100, 64, dtype=np.int32)

    def result(i: int) -> int:
        r = 0
        for k in range(i):
            r += (k * k) ^ r
        return [i, i * i, -i, int(before[i]) + 7, i ^ 5, 1 << (i & 7), r, 99, 99][cases[i]]

    outcome = run("choose", launch_of(1, 64), before, cases)
    expected = np.array([result(i) for i in range(64)]).astype(np.uint32)
    np.testing.assert_array_equal(outcome.arrays[0].view(np.uint32), expected)


def test_structure_passed_by_value() -> None:
    big = np.zeros(1, np.dtype([("weights", np.float32, 6), ("n", np.int32)]))
    big["weights"], big["n"] = np.arange(6) * 1.5, 5
    outcome = run("structure", launch_of(1, 32), np.zeros(32, np.float32), big[0])
    np.testing.assert_array_equal(outcome.arrays[0], np.arange(32) % 5 * 1.5)


def test_generic_pointers_into_three_spaces() -> None:
    values = np.arange(64, dtype=np.float32)
    outcome = run("generic", launch_of(1, 64), np.zeros(64, np.float32), values)
    expected = [[i % 4, 100 + i % 4, i * 4 + i % 4][i % 3] for i in range(64)]
    assert outcome.arrays[0].tolist() == expected


def test_pointer_into_the_parameters() -> None:
    big = np.zeros(1, np.dtype([("weights", np.float32, 6), ("n", np.int32)]))
    big["weights"] = np.arange(6) + 0.5
    outcome = run("by_reference", launch_of(1, 32), np.zeros(32, np.float32), big[0])
    np.testing.assert_array_equal(outcome.arrays[0], np.arange(32) % 6 + 0.5)


def test_printing_is_ignored() -> None:
    outcome = run("prints", launch_of(1, 32), np.zeros(32, np.int32))
    assert outcome.arrays[0].tolist() == [1] * 32
