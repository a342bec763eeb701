"""Barriers in shared memory: arrivals, transactions, phases, and the copies that signal them."""

import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, compiled, execute, launch_of

SOURCE = r"""
typedef unsigned long long u64;
__device__ unsigned at(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
__device__ void init(u64* b, unsigned n) {
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" :: "r"(at(b)), "r"(n));
}
__device__ u64 arrive(u64* b) {
    u64 state;
    asm volatile("mbarrier.arrive.shared.b64 %0, [%1];" : "=l"(state) : "r"(at(b)) : "memory");
    return state;
}
__device__ bool test(u64* b, u64 state) {
    unsigned done;
    asm volatile("{.reg .pred p; mbarrier.test_wait.shared.b64 p, [%1], %2; selp.u32 %0, 1, 0, p;}"
        : "=r"(done) : "r"(at(b)), "l"(state) : "memory");
    return done;
}
__device__ void wait_parity(u64* b, unsigned parity) {
    asm volatile("{.reg .pred p; AGAIN: mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1; @p bra DONE;"
        " bra AGAIN; DONE: }" :: "r"(at(b)), "r"(parity) : "memory");
}
extern "C" __global__ void rotate(int* out, const int* in, int rounds) {
    __shared__ int values[128];
    __shared__ u64 barrier;
    int i = threadIdx.x;
    values[i] = in[blockIdx.x * 128 + i];
    if (i == 0) init(&barrier, 128);
    __syncthreads();
    for (int round = 0; round < rounds; round++) {
        int next = values[(i + 1) % 128];
        u64 state = arrive(&barrier);
        while (!test(&barrier, state)) { }
        values[i] = next;
        arrive(&barrier);
        wait_parity(&barrier, 1);
    }
    out[blockIdx.x * 128 + i] = values[i];
}
extern "C" __global__ void pipe(float* out, const float* in, int tiles) {
    __shared__ alignas(16) float tile[2][256];
    __shared__ u64 full[2];
    int i = threadIdx.x;
    if (i == 0) { init(&full[0], 1); init(&full[1], 1); }
    __syncthreads();
    for (int t = 0; t <= tiles; t++) {
        if (i == 0 && t < tiles) {
            asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], 1024;" :: "r"(at(&full[t & 1])));
            asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
                "[%0], [%1], 1024, [%2];"
                :: "r"(at(tile[t & 1])), "l"(in + t * 256), "r"(at(&full[t & 1])) : "memory");
        }
        if (t) {
            wait_parity(&full[(t - 1) & 1], (t - 1) / 2 & 1);
            tile[(t - 1) & 1][i] *= 2;
            __syncthreads();
            if (i == 0) {
                asm volatile("fence.proxy.async.shared::cta;");
                asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], 1024;"
                    :: "l"(out + (t - 1) * 256), "r"(at(tile[(t - 1) & 1])) : "memory");
                asm volatile("cp.async.bulk.commit_group;");
                asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory");
            }
        }
        __syncthreads();
    }
}
extern "C" __global__ void copy_arrive(int* out, const int* in) {
    __shared__ int values[64];
    __shared__ u64 barrier;
    int i = threadIdx.x;
    if (i == 0) init(&barrier, 64);
    __syncthreads();
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" :: "r"(at(&values[i])), "l"(in + i) : "memory");
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" :: "r"(at(&barrier)) : "memory");
    wait_parity(&barrier, 0);
    out[i] = values[63 - i];
}
extern "C" __global__ void counts(unsigned* out) {
    __shared__ u64 barrier;
    init(&barrier, 5);
    u64 state;
    asm volatile("mbarrier.arrive.noComplete.shared.b64 %0, [%1], 2;" : "=l"(state) : "r"(at(&barrier)));
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(out[0]) : "l"(state));
    asm volatile("mbarrier.arrive_drop.shared.b64 %0, [%1];" : "=l"(state) : "r"(at(&barrier)));
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(out[1]) : "l"(state));
    asm volatile("mbarrier.arrive.shared.b64 %0, [%1];" : "=l"(state) : "r"(at(&barrier)));
    out[2] = test(&barrier, state);
    state = arrive(&barrier);
    out[3] = test(&barrier, state);
    state = arrive(&barrier);
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(out[4]) : "l"(state));
    asm volatile("mbarrier.inval.shared.b64 [%0];" :: "r"(at(&barrier)));
}
extern "C" __global__ void too_many(unsigned* out) {
    __shared__ u64 barrier;
    init(&barrier, 2);
    asm volatile("{.reg .b64 s; mbarrier.arrive.release.cta.shared::cta.b64 s, [%0], 3;}"
        :: "r"(at(&barrier)));
    out[0] = 1;
}
extern "C" __global__ void cluster(unsigned* out) {
    __shared__ unsigned values[64];
    int i = threadIdx.x;
    values[i] = i;
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
    unsigned remote, rank, value, count;
    asm volatile("mapa.shared::cluster.u32 %0, %1, 0;" : "=r"(remote) : "r"(at(&values[63 - i])));
    asm volatile("ld.shared::cluster.u32 %0, [%1];" : "=r"(value) : "r"(remote));
    asm volatile("getctarank.shared::cluster.u32 %0, %1;" : "=r"(rank) : "r"(remote));
    asm volatile("mov.u32 %0, %%cluster_nctarank;" : "=r"(count));
    out[i] = value + 1000 * rank + 100 * count;
}
extern "C" __global__ void elected(unsigned* out) {
    unsigned leader, chosen;
    asm volatile("{.reg .pred p; elect.sync %0|p, 0xffffffff; selp.u32 %1, 1, 0, p;}"
        : "=r"(leader), "=r"(chosen));
    asm volatile("griddepcontrol.wait; griddepcontrol.launch_dependents; nanosleep.u32 20;");
    out[threadIdx.x] = leader * 2 + chosen;
}
extern "C" __global__ void tensor_copy(unsigned* out, const void* map) {
    __shared__ alignas(128) float tile[256];
    __shared__ u64 barrier;
    init(&barrier, 1);
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], 1024;" :: "r"(at(&barrier)));
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
        " [%0], [%1, {%2, %3}], [%4];"
        :: "r"(at(tile)), "l"(map), "r"(0), "r"(0), "r"(at(&barrier)) : "memory");
    wait_parity(&barrier, 0);
    out[0] = 7 + (tile[0] != 0);
}
"""
RANDOM = np.random.default_rng(2)


def test_phases_follow_each_other() -> None:
    values = RANDOM.integers(0, 1000, (3, 128), np.int32)
    arguments: list[Array | np.generic] = [np.zeros_like(values), values, np.int32(5)]
    outcome = execute(compiled(SOURCE), "rotate", launch_of(3, 128), arguments, races=True)
    np.testing.assert_array_equal(outcome.arrays[0], np.roll(values, -5, axis=1))


def test_bulk_copies_arrive_before_those_who_wait_go_on() -> None:
    values = RANDOM.random((5, 256), np.float32)
    outcome = execute(
        compiled(SOURCE), "pipe", launch_of(1, 256), [np.zeros_like(values), values, np.int32(5)]
    )
    np.testing.assert_array_equal(outcome.arrays[0], values * 2)
    counters = outcome.observation.counters
    assert counters.global_load_sectors == counters.global_store_sectors == 5 * 1024 // 32
    assert counters.dram_bytes == 2 * values.nbytes


def test_copies_of_single_threads_arrive_too() -> None:
    values = RANDOM.integers(0, 1000, 64, np.int32)
    arguments = [np.zeros_like(values), values]
    outcome = execute(compiled(SOURCE), "copy_arrive", launch_of(1, 64), arguments, races=True)
    np.testing.assert_array_equal(outcome.arrays[0], values[::-1])


def test_arrivals_pending_after_drops_and_phases() -> None:
    """Of 5 arrivals 2 + 1 (dropped) + 1 + 1 complete a phase; the next one expects 4."""
    outcome = execute(compiled(SOURCE), "counts", launch_of(1, 1), [np.zeros(5, np.uint32)])
    assert outcome.arrays[0].tolist() == [5, 3, 0, 1, 4]


def test_too_many_arrivals_are_a_fault() -> None:
    with pytest.raises(GpuAdvisorError, match="3 arrivals at an mbarrier whose phase waits for 2"):
        execute(compiled(SOURCE), "too_many", launch_of(1, 1), [np.zeros(1, np.uint32)])


def test_a_block_is_its_own_cluster() -> None:
    outcome = execute(compiled(SOURCE), "cluster", launch_of(1, 64), [np.zeros(64, np.uint32)])
    np.testing.assert_array_equal(outcome.arrays[0], 100 + np.arange(63, -1, -1))


def test_the_lowest_lane_is_elected() -> None:
    outcome = execute(compiled(SOURCE), "elected", launch_of(1, 32), [np.zeros(32, np.uint32)])
    assert outcome.arrays[0].tolist() == [1] + [0] * 31


def test_tensor_copies_do_not_hang_and_are_noted() -> None:
    outcome = execute(
        compiled(SOURCE), "tensor_copy", launch_of(1, 1), [np.zeros(1, np.uint32), np.uint64(0)]
    )
    assert outcome.arrays[0][0] in (7, 8)
    (note,) = outcome.observation.notes
    assert "tensor map" in note


def test_barriers_and_pipelines_of_the_standard_library() -> None:
    source = r"""
    #include <cuda/barrier>
    extern "C" __global__ void k(int* out, const int* in) {
        __shared__ cuda::barrier<cuda::thread_scope_block> barrier;
        __shared__ int values[96];
        if (threadIdx.x == 0) init(&barrier, blockDim.x);
        __syncthreads();
        cuda::memcpy_async(&values[threadIdx.x], &in[threadIdx.x], sizeof(int), barrier);
        barrier.arrive_and_wait();
        out[threadIdx.x] = values[95 - threadIdx.x];
    }
    """
    values = RANDOM.integers(0, 1000, 96, np.int32)
    arguments = [np.zeros_like(values), values]
    outcome = execute(compiled(source), "k", launch_of(1, 96), arguments, races=True)
    np.testing.assert_array_equal(outcome.arrays[0], values[::-1])
