"""Divergence, reconvergence and progress."""

import numpy as np
import pytest

from tests.emulator.harness import Array, Outcome, compiled, execute, launch_of, ptx_kernel, run_ptx

SOURCE = r"""
__device__ volatile int flag;
extern "C" __global__ void spin_lock(int* lock, int* data) {
    bool done = false;
    while (!done) {
        if (atomicCAS(lock, 0, 1) == 0) {
            data[0] += 1; data[1] = data[1] * 3 + 1; __threadfence();
            atomicExch(lock, 0);
            done = true;
        }
    }
}
extern "C" __global__ void spin_lock_outside(int* lock, int* data) {
    while (atomicCAS(lock, 0, 1) != 0) { }
    data[0] += 1; data[1] = data[1] * 3 + 1; __threadfence();
    atomicExch(lock, 0);
}
extern "C" __global__ void wait_for_later_warp(volatile int* flags, int* out) {
    int warp = threadIdx.x / 32;
    if (warp == 0) { while (flags[0] == 0) { } out[threadIdx.x] = flags[0]; }
    else { out[threadIdx.x] = 7; flags[0] = 5; }
}
extern "C" __global__ void add_double(double* out, double v) {
    unsigned long long* p = (unsigned long long*)out, old = *p, seen;
    do { seen = old; old = atomicCAS(p, seen, __double_as_longlong(v + __longlong_as_double(seen)));
    } while (seen != old);
}
extern "C" __global__ void neighbouring_pairs(int* data, int* out) {
    unsigned i = threadIdx.x;
    int* own = data + blockIdx.x * blockDim.x;
    for (int stride = 1; stride < blockDim.x; stride *= 2) {
        if (i % (2 * stride) == 0) own[i] += own[i + stride];
        __syncthreads();
    }
    if (i == 0) out[blockIdx.x] = own[0];
}
extern "C" __global__ void handshake(volatile int* turn, int* out) {
    int me = threadIdx.x;
    for (int round = 0; round < 3; round++) {
        while (*turn != round * 64 + me) { }
        out[round * 64 + me] = *turn * 2;
        *turn = *turn + 1;
    }
}
"""


def branches(outcome: Outcome) -> list[tuple[int, int]]:
    return [(branch.executions, branch.divergent) for branch in outcome.observation.branches]


def test_both_sides_of_a_branch_join_again() -> None:
    """Four instructions after the join must execute once for the whole warp."""
    body = """and.b32 %r1, %r0, 1;
    setp.eq.u32 %p1, %r1, 0;
    @%p1 bra EVEN;
    mov.u64 %rd2, 11;
    bra JOIN;
    EVEN: mov.u64 %rd2, 22;
    JOIN: st.global.u64 [%rd1], %rd2;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    assert outcome.arrays[0].tolist() == [22, 11] * 16
    counters = outcome.observation.counters
    # 4 before, 2 and the branch, then (2 + 1) apart, then the store and ret together
    assert counters.warp_instructions == 4 + 3 + 3 + 2
    assert counters.thread_instructions == 32 * 7 + 16 * 3 + 32 * 2
    assert counters.global_store_requests == 1
    assert branches(outcome) == [(1, 1)]


def test_lanes_leaving_a_loop_early_wait_for_the_others() -> None:
    body = """mov.u32 %r1, 0;
    LOOP: add.u32 %r1, %r1, 1;
    setp.le.u32 %p1, %r1, %r0;
    @%p1 bra LOOP;
    cvt.u64.u32 %rd2, %r1;
    st.global.u64 [%rd1], %rd2;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 64), [np.zeros(64, np.uint64)])
    assert outcome.arrays[0].tolist() == list(range(1, 65))
    counters = outcome.observation.counters
    assert counters.warp_instructions == 2 * (4 + 1 + 3) + 3 * (32 + 64)
    assert counters.thread_instructions == 64 * 8 + 3 * sum(range(1, 65))
    assert counters.global_store_requests == 2


def test_warps_of_different_trip_counts_are_counted_apart() -> None:
    body = """shr.u32 %r2, %r0, 5; mov.u32 %r1, 0;
    LOOP: add.u32 %r1, %r1, 1;
    setp.le.u32 %p1, %r1, %r2;
    @%p1 bra LOOP;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 128), [np.zeros(128, np.uint64)])
    assert branches(outcome) == [(1 + 2 + 3 + 4, 0)]


def test_partly_filled_warps() -> None:
    outcome = execute(
        ptx_kernel("st.global.u64 [%rd1], 3;"), "k", launch_of(3, 40), [np.zeros(40, np.uint64)]
    )
    assert outcome.arrays[0].tolist() == [3] * 40
    counters = outcome.observation.counters
    assert (counters.warp_instructions, counters.thread_instructions) == (6 * 6, 3 * 40 * 6)


def test_indexed_branches() -> None:
    body = """and.b32 %r1, %r0, 3;
    brx.idx %r1, table;
    table: .branchtargets A, B, C, B;
    A: mov.u64 %rd2, 1; bra END;
    B: mov.u64 %rd2, 2; bra END;
    C: mov.u64 %rd2, 3;
    END: st.global.u64 [%rd1], %rd2;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 64), [np.zeros(64, np.uint64)])
    assert outcome.arrays[0].tolist() == [1, 2, 3, 2] * 16
    assert branches(outcome) == [(2, 2)]


def test_predicated_instructions_touch_only_their_lanes() -> None:
    body = """mov.u64 %rd2, 1; setp.lt.u32 %p1, %r0, 7;
    @%p1 mov.u64 %rd2, 2;
    @!%p1 st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body).tolist() == [0] * 7 + [1] * 25


@pytest.mark.parametrize("kernel", ["spin_lock", "spin_lock_outside"])
@pytest.mark.parametrize(("grid", "block"), [(1, 32), (3, 64)])
def test_spin_locks_end_and_exclude(kernel: str, grid: int, block: int) -> None:
    lock, data = np.zeros(1, np.int32), np.zeros(2, np.int32)
    races = grid * block > 32
    outcome = execute(compiled(SOURCE), kernel, launch_of(grid, block), [lock, data], races=races)
    value = 0
    for _ in range(grid * block):
        value = value * 3 + 1
    assert outcome.arrays[0].tolist() == [0]
    assert outcome.arrays[1].view(np.uint32).tolist() == [grid * block, value % 2**32]


def test_waiting_for_a_warp_that_stands_further_down() -> None:
    outcome = execute(
        compiled(SOURCE),
        "wait_for_later_warp",
        launch_of(1, 64),
        [np.zeros(1, np.int32), np.zeros(64, np.int32)],
        races=True,
    )
    assert outcome.arrays[1].tolist() == [5] * 32 + [7] * 32


@pytest.mark.parametrize(
    "loop",
    [
        "LOOP: ld.volatile.global.u64 %rd3, [%rd0]; setp.eq.u64 %p2, %rd3, 0; @%p2 bra LOOP;",
        "LOOP: ld.relaxed.gpu.global.u64 %rd3, [%rd0]; setp.ne.u64 %p2, %rd3, 0; @%p2 bra OUT;\n"
        "bra LOOP; OUT:",
    ],
)
def test_waiting_for_a_lane_of_the_same_warp(loop: str) -> None:
    body = f"""setp.eq.u32 %p1, %r0, 31;
    @%p1 bra SET;
    {loop}
    add.u64 %rd3, %rd3, 1;
    bra END;
    SET: mov.u64 %rd3, 8;
    st.volatile.global.u64 [%rd0], %rd3;
    END: setp.gt.u32 %p1, %r0, 0;
    @%p1 st.global.u64 [%rd1], %rd3;"""
    assert run_ptx(body).tolist() == [8] + [9] * 30 + [8]


def test_compare_and_swap_loop() -> None:
    arguments: list[Array | np.generic] = [np.zeros(1), np.float64(0.25)]
    outcome = execute(compiled(SOURCE), "add_double", launch_of(2, 64), arguments, races=True)
    assert outcome.arrays[0].tolist() == [32.0]


def test_threads_taking_turns() -> None:
    arguments = [np.zeros(1, np.int32), np.zeros(192, np.int32)]
    outcome = execute(compiled(SOURCE), "handshake", launch_of(1, 64), arguments, races=True)
    assert outcome.arrays[1].tolist() == list(range(0, 384, 2))


def test_reduction_of_neighbouring_pairs_counts_what_hardware_counts() -> None:
    """Nsight Compute, per block: 47 load requests, 127 sectors, 24 stores, 64 sectors, 24 divergent."""
    arrays = [np.ones(512, np.int32), np.zeros(4, np.int32)]
    outcome = execute(compiled(SOURCE), "neighbouring_pairs", launch_of(4, 128), arrays)
    assert outcome.arrays[1].tolist() == [128] * 4
    counters = outcome.observation.counters
    assert (counters.global_load_requests, counters.global_load_sectors) == (4 * 47, 4 * 127)
    assert (counters.global_store_requests, counters.global_store_sectors) == (4 * 24, 4 * 64)
    assert counters.divergent_branches == 4 * 24


def test_nested_calls_from_diverged_lanes() -> None:
    before = """.func (.param .b32 r) inner(.param .b32 a) { .reg .b32 %r<3>;
        ld.param.u32 %r0, [a]; mul.lo.u32 %r1, %r0, 3; st.param.b32 [r], %r1; ret; }
    .func (.param .b32 r) outer(.param .b32 a) { .reg .b32 %r<3>; .reg .pred %p<2>;
        ld.param.u32 %r0, [a]; setp.gt.u32 %p0, %r0, 20; @%p0 bra BIG;
        { .param .b32 p; .param .b32 q; st.param.b32 [p], %r0; call (q), inner, (p); ld.param.b32 %r1, [q]; }
        add.u32 %r1, %r1, 1; st.param.b32 [r], %r1; ret;
        BIG: st.param.b32 [r], 0; ret; }"""
    body = """and.b32 %r2, %r0, 1; setp.eq.u32 %p1, %r2, 0; @%p1 bra EVEN;
    { .param .b32 p; .param .b32 q; st.param.b32 [p], %r0; call (q), outer, (p); ld.param.b32 %r1, [q]; }
    bra END;
    EVEN: { .param .b32 p; .param .b32 q; st.param.b32 [p], %r0;
            call (q), inner, (p); ld.param.b32 %r1, [q]; }
    END: cvt.u64.u32 %rd2, %r1; st.global.u64 [%rd1], %rd2;"""
    expected = [3 * i if i % 2 == 0 else 0 if i > 20 else 3 * i + 1 for i in range(32)]
    assert run_ptx(body, before=before).tolist() == expected
