"""ldmatrix, stmatrix and movmatrix: who gets what, and what it costs."""

import numpy as np
import pytest

from gpuadvisor.emulator.run import RunOptions
from tests.emulator.harness import compiled, execute, launch_of

MOVES = r"""
__device__ unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
#define LOAD(name, suffix, count, targets, ...) \
extern "C" __global__ void name(unsigned* out, const uint4* in) { \
    __shared__ uint4 rows[32]; \
    rows[threadIdx.x] = in[threadIdx.x]; \
    __syncwarp(); \
    unsigned r[4] = {0, 0, 0, 0}; \
    asm volatile("ldmatrix.sync.aligned.m8n8." suffix ".shared.b16 {" targets "}, [%" #count "];" \
        : __VA_ARGS__ : "r"(shared_address(&rows[threadIdx.x]))); \
    for (int i = 0; i < 4; i++) out[threadIdx.x * 4 + i] = r[i]; \
}
LOAD(x1, "x1", 1, "%0", "=r"(r[0]))
LOAD(x2, "x2", 2, "%0,%1", "=r"(r[0]), "=r"(r[1]))
LOAD(x4, "x4", 4, "%0,%1,%2,%3", "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]))
LOAD(x1t, "x1.trans", 1, "%0", "=r"(r[0]))
LOAD(x2t, "x2.trans", 2, "%0,%1", "=r"(r[0]), "=r"(r[1]))
LOAD(x4t, "x4.trans", 4, "%0,%1,%2,%3", "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]))
extern "C" __global__ void store(uint4* out, const uint4* in, int transposed) {
    __shared__ uint4 rows[32];
    uint4 r = in[threadIdx.x];
    unsigned address = shared_address(&rows[threadIdx.x]);
    if (transposed)
        asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1,%2,%3,%4};"
            :: "r"(address), "r"(r.x), "r"(r.y), "r"(r.z), "r"(r.w) : "memory");
    else
        asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};"
            :: "r"(address), "r"(r.x), "r"(r.y), "r"(r.z), "r"(r.w) : "memory");
    __syncwarp();
    out[threadIdx.x] = rows[threadIdx.x];
}
extern "C" __global__ void turn(unsigned* out, const unsigned* in) {
    asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(out[threadIdx.x]) : "r"(in[threadIdx.x]));
}
"""

MULTIPLY = r"""
#include <cuda_fp16.h>
#ifndef PAD
#define PAD 0
#endif
extern "C" __global__ void multiply(half* c, const half* a, const half* b, int n) {
    __shared__ __align__(16) half tile_a[16][16 + PAD], tile_b[16][8];
    int lane = threadIdx.x, row = blockIdx.y * 16, column = blockIdx.x * 8;
    unsigned d0 = 0, d1 = 0;
    for (int k = 0; k < n; k += 16) {
        *(uint4*)&tile_a[lane / 2][lane % 2 * 8] = *(const uint4*)&a[(row + lane / 2) * n + k + lane % 2 * 8];
        if (lane < 16) *(uint4*)&tile_b[lane][0] = *(const uint4*)&b[(k + lane) * n + column];
        __syncwarp();
        unsigned a0, a1, a2, a3, b0, b1;
        unsigned at = (unsigned)__cvta_generic_to_shared(&tile_a[lane % 16][lane / 16 * 8]);
        unsigned bt = (unsigned)__cvta_generic_to_shared(&tile_b[lane % 16][0]);
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
            : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3) : "r"(at));
        asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
            : "=r"(b0), "=r"(b1) : "r"(bt));
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 "
            "{%0,%1}, {%2,%3,%4,%5}, {%6,%7}, {%0,%1};"
            : "+r"(d0), "+r"(d1) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
        __syncwarp();
    }
    *(unsigned*)&c[(row + lane / 4) * n + column + lane % 4 * 2] = d0;
    *(unsigned*)&c[(row + lane / 4 + 8) * n + column + lane % 4 * 2] = d1;
}
"""


def halves(seed: int = 3) -> np.ndarray:
    """Return 32 rows of 8 halves: four matrices one below the other."""
    return np.random.default_rng(seed).integers(0, 2**16, (32, 8)).astype(np.uint16)


@pytest.mark.parametrize(("kernel", "count"), [("x1", 1), ("x2", 2), ("x4", 4)])
@pytest.mark.parametrize("transposed", [False, True])
def test_each_lane_gets_two_elements_of_each_matrix(kernel: str, count: int, transposed: bool) -> None:
    rows = halves()
    name = kernel + ("t" if transposed else "")
    outcome = execute(compiled(MOVES), name, launch_of(1, 32), [np.zeros((32, 4), np.uint32), rows])
    words = outcome.arrays[0]
    for lane in range(32):
        for matrix in range(count):
            elements = rows[8 * matrix : 8 * matrix + 8]
            elements = elements.T if transposed else elements
            low, high = elements[lane // 4, lane % 4 * 2], elements[lane // 4, lane % 4 * 2 + 1]
            assert words[lane, matrix] == int(low) | int(high) << 16
    assert (words[:, count:] == 0).all()
    counters = outcome.observation.counters
    assert (counters.shared_load_requests, counters.shared_load_wavefronts) == (count, count)


@pytest.mark.parametrize("transposed", [0, 1])
def test_storing_writes_what_loading_would_read(transposed: int) -> None:
    fragments = np.random.default_rng(4).integers(0, 2**16, (32, 4, 2)).astype(np.uint16)
    outcome = execute(
        compiled(MOVES),
        "store",
        launch_of(1, 32),
        [np.zeros((32, 8), np.uint16), fragments, np.int32(transposed)],
    )
    matrices = fragments.transpose(1, 0, 2).reshape(4, 8, 8)
    expected = matrices.transpose(0, 2, 1) if transposed else matrices
    np.testing.assert_array_equal(outcome.arrays[0].reshape(4, 8, 8), expected)


def test_a_matrix_in_registers_is_transposed() -> None:
    matrix = np.random.default_rng(6).integers(0, 2**16, (8, 8)).astype(np.uint16)
    outcome = execute(compiled(MOVES), "turn", launch_of(1, 32), [np.zeros((8, 8), np.uint16), matrix])
    np.testing.assert_array_equal(outcome.arrays[0], matrix.T)


@pytest.mark.parametrize(("padding", "conflicts"), [(0, 2_097_152), (8, 0)])
def test_half_multiplication_has_the_bank_conflicts_that_hardware_counted(
    padding: int, conflicts: int
) -> None:
    """Nsight Compute on 1024^3, a 16x8 tile per warp, grid (128, 64): each block does the same."""
    random = np.random.default_rng(7)
    a, b = (random.integers(-1, 2, (1024, 1024)).astype(np.float16) for _ in range(2))
    program = compiled(f"#define PAD {padding}\n{MULTIPLY}")
    blocks = [0, 130, 8191]
    options = RunOptions(blocks=blocks)
    outcome = execute(
        program, "multiply", launch_of((128, 64), 32), [np.zeros_like(a), a, b, np.int32(1024)], options
    )
    counters = outcome.observation.counters
    assert counters.shared_load_wavefronts - counters.shared_load_ideal_wavefronts == conflicts
    expected = a.astype(np.float32) @ b.astype(np.float32)
    for block in blocks:
        rows, columns = (
            slice(block // 128 * 16, block // 128 * 16 + 16),
            slice(block % 128 * 8, block % 128 * 8 + 8),
        )
        np.testing.assert_array_equal(outcome.arrays[0][rows, columns], expected[rows, columns])
