"""cp.async in native code: the same bytes, counts and faults as in the interpreter."""

import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, compiled, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated

SHARED = ".shared .align 16 .b8 s[2048];\n"
RANDOM = np.random.default_rng(21)
PIPELINE = r"""
__device__ void copy(float* target, const float* source, bool inside) {
    unsigned to = (unsigned)__cvta_generic_to_shared(target);
    int valid = inside ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(to), "l"(source), "r"(valid));
}
extern "C" __global__ void row_sums(const float* matrix, float* sums, int columns) {
    __shared__ alignas(16) float tile[2][8][64];
    int row = blockIdx.x * 8 + threadIdx.x / 16, lane = threadIdx.x % 16, tiles = (columns + 63) / 64;
    float* mine[2] = {&tile[0][threadIdx.x / 16][lane * 4], &tile[1][threadIdx.x / 16][lane * 4]};
    const float* source = matrix + row * columns + lane * 4;
    copy(mine[0], source, lane * 4 < columns);
    asm volatile("cp.async.commit_group;");
    float sum = 0;
    for (int t = 0; t < tiles; t++) {
        if (t + 1 < tiles) copy(mine[(t + 1) & 1], source + 64 * (t + 1), 64 * (t + 1) + lane * 4 < columns);
        asm volatile("cp.async.commit_group;");
        asm volatile("cp.async.wait_group 1;");
        __syncthreads();
        for (int i = 0; i < 4; i++) sum += tile[t & 1][threadIdx.x / 16][(lane * 4 + i + 16) & 63];
        __syncthreads();
    }
    for (int step = 8; step > 0; step /= 2) sum += __shfl_down_sync(0xffffffffu, sum, step, 16);
    if (lane == 0) sums[row] = sum;
}
"""


@pytest.mark.parametrize("guard", ["", "@%p1 ", "@!%p1 "])
@pytest.mark.parametrize("valid", ["", ", %r5", ", %p3"])
@pytest.mark.parametrize("size", [4, 8, 16])
def test_copies_of_every_size(size: int, valid: str, guard: str) -> None:
    cache = "cg" if size == 16 else "ca"
    body = f"""mov.u32 %r1, s;
    mad.lo.u32 %r2, %r0, {size}, %r1;
    mul.lo.u32 %r5, %r0, 3; rem.u32 %r5, %r5, {size + 1}; setp.eq.u32 %p3, %r5, 2;
    and.b32 %r6, %r0, 3; setp.eq.u32 %p1, %r6, 1;
    xor.b32 %r6, %r0, 5; mad.wide.u32 %rd2, %r6, {size}, %rd0;
    {guard}cp.async.{cache}.shared.global [%r2], [%rd2], {size}{valid};
    cp.async.commit_group; cp.async.wait_group 0; cp.async.wait_all;
    bar.sync 0;
    ld.shared.u32 %r7, [%r2]; ld.shared.u32 %r8, [%r2+{size - 4}];
    mov.b64 %rd4, {{%r7, %r8}};
    st.global.u64 [%rd1+1024], %rd4;"""
    program = ptx_kernel(body, before=SHARED)
    assert is_translated(program)
    values = RANDOM.integers(0, 1 << 63, 300).astype(np.uint64)
    outcome = execute(program, "k", launch_of(1, 48), [values])
    assert outcome.arrays[0][128:176].any()


def test_rows_are_copied_whole() -> None:
    body = """mov.u32 %r1, s; mad.lo.u32 %r2, %r0, 16, %r1; mad.wide.u32 %rd2, %r0, 16, %rd0;
    cp.async.cg.shared.global [%r2], [%rd2], 16;
    cp.async.wait_all;
    ld.shared.v2.u64 {%rd3, %rd4}, [%r2]; add.u64 %rd3, %rd3, %rd4;
    st.global.u64 [%rd1+1024], %rd3;"""
    values = np.arange(200, dtype=np.uint64)
    outcome = execute(ptx_kernel(body, before=SHARED), "k", launch_of(1, 64), [values])
    assert outcome.arrays[0][128:192].tolist() == [4 * i + 1 for i in range(64)]


@pytest.mark.parametrize(
    ("source", "target", "valid", "what"),
    [
        (1008, 0, "", "asynchronous copy"),
        (0, 2044, "", "asynchronous copy of 16 bytes outside the block's shared memory"),
        (8, 0, "", "asynchronous copy of 16 bytes at address .* is not aligned"),
        (0, 8, "", "asynchronous copy of 16 bytes at address 0x8 is not aligned"),
        (992, 0, ", 9", "past the end"),
        (1008, 0, ", 1", "past the end"),
    ],
)
def test_copies_that_fail(source: int, target: int, valid: str, what: str) -> None:
    """The buffer has 1,000 bytes."""
    body = f"""mov.u32 %r1, s;
    cp.async.cg.shared.global [%r1+{target}], [%rd0+{source}], 16{valid};"""
    with pytest.raises(GpuAdvisorError, match=what):
        execute(ptx_kernel(body, before=SHARED), "k", launch_of(1, 32), [np.zeros(125, np.uint64)])


def test_bytes_that_are_not_valid_may_lie_behind_a_buffer() -> None:
    body = """mov.u32 %r1, s; cp.async.cg.shared.global [%r1], [%rd0+992], 16, 8;
    ld.shared.u64 %rd2, [%r1]; st.global.u64 [%rd1], %rd2;
    cp.async.cg.shared.global [%r1], [%rd0+4096], 16, 0;"""
    values = np.full(125, 7, np.uint64)
    assert execute(ptx_kernel(body, before=SHARED), "k", launch_of(1, 1), [values]).arrays[0][0] == 7


@pytest.mark.parametrize("columns", [64, 200, 256])
def test_double_buffered_row_sums(columns: int) -> None:
    program = compiled(PIPELINE, "pipeline.cu")
    assert is_translated(program, "row_sums")
    matrix = RANDOM.integers(0, 50, (16, columns)).astype(np.float32)
    arguments: list[Array | np.generic] = [matrix, np.zeros(16, np.float32), np.int32(columns)]
    outcome = execute(program, "row_sums", launch_of(2, 128), arguments)
    np.testing.assert_array_equal(outcome.arrays[1], matrix.sum(axis=1))
