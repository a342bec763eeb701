"""Clusters of blocks: places, barrier, and the shared memory of one block in the hands of another."""

from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np
import pytest

from gpuadvisor.emulator.clusters import blocks_of_clusters, whole_clusters
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.emulator.sampling import choose_blocks
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.emulator.harness import Array, compiled, execute, launch_of, ptx_kernel

SOURCE = r"""
#include <cooperative_groups.h>
namespace cg = cooperative_groups;

extern "C" __global__ void histogram(const int* values, int n, int bins_per_block, int* counts) {
    extern __shared__ int bins[];
    cg::cluster_group cluster = cg::this_cluster();
    for (int i = threadIdx.x; i < bins_per_block; i += blockDim.x) bins[i] = 0;
    cluster.sync();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        int* owner = cluster.map_shared_rank(bins, values[i] / bins_per_block);
        atomicAdd(owner + values[i] % bins_per_block, 1);
    }
    cluster.sync();
    for (int i = threadIdx.x; i < bins_per_block; i += blockDim.x)
        atomicAdd(counts + cluster.block_rank() * bins_per_block + i, bins[i]);
}

extern "C" __global__ void __cluster_dims__(1, 2, 2) places(int* out) {
    cg::cluster_group cluster = cg::this_cluster();
    int* mine = out + 6 * (blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z));
    dim3 index = cluster.block_index();
    mine[0] = cluster.block_rank();
    mine[1] = cluster.num_blocks();
    mine[2] = index.x + 10 * index.y + 100 * index.z;
    mine[3] = cluster.dim_blocks().x + 10 * cluster.dim_blocks().y + 100 * cluster.dim_blocks().z;
    __shared__ int own[4];
    int* other = cluster.map_shared_rank(own + 1, cluster.block_rank() ^ 3);
    mine[4] = cluster.query_shared_rank(other);
    mine[5] = cluster.query_shared_rank(own);
}

extern "C" __global__ void __cluster_dims__(4, 1, 1) relay(int* out) {
    __shared__ int token;
    cg::cluster_group cluster = cg::this_cluster();
    unsigned rank = cluster.block_rank();
    if (threadIdx.x == 0) token = rank * rank;
    auto arrived = cluster.barrier_arrive();
    int before = threadIdx.x;
    cluster.barrier_wait(cg::cluster_group::arrival_token(arrived));
    out[blockIdx.x * blockDim.x + threadIdx.x] = *cluster.map_shared_rank(&token, (rank + 1) % 4) + before;
    cluster.sync();
}
"""


@cache
def program() -> Program:
    return compiled(SOURCE, "clusters.cu")


def clustered(launch: Launch, *cluster: int) -> Launch:
    x, y, z = (*cluster, 1, 1)[:3]
    return msgspec.structs.replace(launch, cluster=(x, y, z))


@pytest.mark.parametrize(("blocks", "of_cluster"), [(2, 2), (8, 4), (600, 8)])
def test_a_histogram_spread_over_the_shared_memory_of_a_cluster(blocks: int, of_cluster: int) -> None:
    bins_per_block, n = 24, 5000
    values = np.random.default_rng(blocks).integers(0, of_cluster * bins_per_block, n, np.int32)
    counts = np.zeros(of_cluster * bins_per_block, np.int32)
    launch = clustered(launch_of(blocks, 64, 4 * bins_per_block), of_cluster)
    arguments: list[Array | np.generic] = [values, np.int32(n), np.int32(bins_per_block), counts]
    outcome = execute(program(), "histogram", launch, arguments)
    np.testing.assert_array_equal(outcome.arrays[1], np.bincount(values, minlength=counts.size))


def test_blocks_know_their_place_in_the_cluster() -> None:
    outcome = execute(program(), "places", launch_of((3, 4, 2), 1), [np.zeros((2, 4, 3, 6), np.int32)])
    z, y, x = np.indices((2, 4, 3))
    rank = y % 2 + 2 * (z % 2)
    expected = [rank, np.full_like(x, 4), 10 * (y % 2) + 100 * (z % 2), np.full_like(x, 221), rank ^ 3, rank]
    np.testing.assert_array_equal(outcome.arrays[0], np.stack(expected, axis=-1))


def test_special_registers_count_clusters() -> None:
    names = ("clusterid.x", "clusterid.y", "nclusterid.x", "nclusterid.y", "is_explicit_cluster")
    stores = [f"mov.u32 %r2, %{name}; st.global.u32 [%rd3 + {4 * at}], %r2;" for at, name in enumerate(names)]
    place = (
        "mov.u32 %r3, %ctaid.x; mov.u32 %r4, %ctaid.y; mov.u32 %r5, %nctaid.x;"
        "mad.lo.u32 %r3, %r4, %r5, %r3; mad.wide.u32 %rd3, %r3, 20, %rd0;"
    )
    launch = clustered(launch_of((6, 2), 1), 2, 2)
    outcome = execute(ptx_kernel(place + "".join(stores)), "k", launch, [np.zeros((2, 6, 5), np.int32)])
    y, x = np.indices((2, 6))
    expected = np.stack([x // 2, y // 2, *(np.full_like(x, each) for each in (3, 1, 1))], axis=-1)
    np.testing.assert_array_equal(outcome.arrays[0], expected)


def test_arriving_and_waiting_are_apart() -> None:
    outcome = execute(program(), "relay", launch_of(8, 96), [np.zeros((8, 96), np.int32)])
    ranks = np.arange(8)[:, None] % 4
    np.testing.assert_array_equal(outcome.arrays[0], ((ranks + 1) % 4) ** 2 + np.arange(96))


REMOTE = ".shared .align 16 .b8 data[512]; .shared .align 8 .b64 bar;"
PROLOGUE = """
    mov.u32 %r1, %cluster_ctarank; xor.b32 %r2, %r1, 1;
    mapa.shared::cluster.u32 %r3, data, %r2;
    mapa.shared::cluster.u32 %r4, bar, %r2;
    setp.eq.u32 %p1, %r0, 0;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 256;
    shl.b32 %r5, %r0, 3; mov.u32 %r9, data; add.u32 %r6, %r9, %r5; add.u32 %r7, %r3, %r5;
    mad.lo.u32 %r8, %r1, 1000, %r0; cvt.u64.u32 %rd4, %r8;
    st.shared.u64 [%r6], %rd4; st.shared.u64 [%r6+256], %rd4;
    barrier.cluster.arrive.aligned; barrier.cluster.wait.aligned;
"""
EPILOGUE = """
wait:
    mbarrier.try_wait.parity.shared::cta.b64 %p2, [bar], 0;
    @!%p2 bra wait;
    ld.shared.u64 %rd5, [%r6];
    mad.lo.u32 %r10, %r1, 32, %r0; mad.wide.u32 %rd6, %r10, 8, %rd0;
    st.global.u64 [%rd6], %rd5;
"""
BULK = "cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes [%r3], [%r9+256], 256, [%r4];"
SENT: dict[str, tuple[str, Callable[[Array, Array], Array]]] = {
    "st.async": (
        "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.u64 [%r7], %rd4, [%r4];",
        lambda rank, lane: 1000 * (rank ^ 1) + lane,
    ),
    "st.async of pairs": (
        "cvt.u32.u64 %r11, %rd4;"
        "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v2.b32 [%r7], {%r11, 7}, [%r4];",
        lambda rank, lane: 1000 * (rank ^ 1) + lane + (7 << 32),
    ),
    "red.async": (
        "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u64 [%r7], %rd4, [%r4];",
        lambda _rank, lane: 1000 + 2 * lane,
    ),
    "bulk": (f"@%p1 {BULK}", lambda rank, lane: 1000 * (rank ^ 1) + lane),
}


def sent(body: str) -> Array:
    program = ptx_kernel(PROLOGUE + body + EPILOGUE, before=REMOTE)
    launch, out = clustered(launch_of(2, 32), 2), np.zeros((2, 32), np.uint64)
    return execute(program, "k", launch, [out]).arrays[0]


@pytest.mark.parametrize("name", list(SENT))
def test_data_arrives_in_the_other_block_with_its_bytes(name: str) -> None:
    body, expected = SENT[name]
    rank, lane = np.indices((2, 32))
    np.testing.assert_array_equal(sent(body), expected(rank, lane))


def test_a_multicast_copy_reaches_all_blocks_of_its_mask() -> None:
    body = """
    setp.eq.u32 %p3, %r1, 0; and.pred %p1, %p1, %p3; mov.b16 %h1, 3;
    @%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster
        [data], [%rd0+512], 256, [bar], %h1;
    """
    source = np.arange(100, 132, dtype=np.uint64)
    program = ptx_kernel(".reg .b16 %h<2>;" + PROLOGUE + body + EPILOGUE, before=REMOTE)
    content = np.concatenate([np.zeros((2, 32), np.uint64), source[None]])
    outcome = execute(program, "k", clustered(launch_of(2, 32), 2), [content])
    np.testing.assert_array_equal(outcome.arrays[0], np.stack([source] * 3))
    by_operation = {(each.space, each.operation): each for each in outcome.observation.accesses}
    assert by_operation["global", "load"].requests == 1
    assert outcome.observation.counters.shared_store_requests == 2 * 2 + 2


def test_generic_addresses_tell_their_own_block_from_others() -> None:
    body = """
    cvta.shared.u64 %rd2, data; mov.u32 %r1, %cluster_ctarank; xor.b32 %r2, %r1, 1;
    mapa.u64 %rd3, %rd2, %r2; mapa.u64 %rd4, %rd2, %r1;
    isspacep.shared %p1, %rd2; isspacep.shared::cta %p2, %rd3; isspacep.shared::cluster %p3, %rd3;
    isspacep.shared::cta %p4, %rd4;
    selp.u32 %r3, 1, 0, %p1; selp.u32 %r4, 2, 0, %p2; selp.u32 %r5, 4, 0, %p3; selp.u32 %r6, 8, 0, %p4;
    add.u32 %r3, %r3, %r4; add.u32 %r3, %r3, %r5; add.u32 %r3, %r3, %r6;
    cvt.u64.u32 %rd5, %r3; st.global.u64 [%rd1], %rd5;
    """
    launch = clustered(launch_of(2, 1), 2)
    outcome = execute(ptx_kernel(body, before=REMOTE), "k", launch, [np.zeros(1, np.uint64)])
    assert outcome.arrays[0].tolist() == [1 + 4 + 8]


def test_blocks_of_clusters_come_in_order_of_rank() -> None:
    launch = clustered(launch_of((4, 4), 32), 2, 2)
    assert blocks_of_clusters([1, 2], launch) == [2, 3, 6, 7, 8, 9, 12, 13]
    assert whole_clusters([7, 0, 2], launch) == [2, 3, 6, 7, 0, 1, 4, 5]


def test_samples_take_whole_clusters() -> None:
    launch = clustered(launch_of(1000, 128), 4)
    chosen = choose_blocks(launch, thread_budget=128 * 4 * 5)
    assert chosen is not None
    assert np.array(chosen).reshape(5, 4).tolist() == [
        list(range(4 * at, 4 * at + 4)) for at in (0, 62, 124, 187, 249)
    ]


def test_a_chosen_block_brings_its_cluster() -> None:
    outcome = execute(
        program(), "relay", launch_of(12, 32), [np.zeros((12, 32), np.int32)], RunOptions(blocks=[5])
    )
    assert outcome.observation.counters.blocks_run == 4
    assert np.flatnonzero(outcome.arrays[0].any(axis=1)).tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize(
    ("kernel", "launch", "words"),
    [
        ("relay", launch_of(6, 32), "a grid of (6, 1, 1) does not divide into clusters of (4, 1, 1)"),
        ("relay", clustered(launch_of(8, 32), 2), "a cluster of (2, 1, 1); the kernel was compiled for"),
        ("histogram", clustered(launch_of(32, 32), 32), "has not 1 to 16 blocks"),
        ("places", launch_of((1, 2, 1), 32), "does not divide"),
    ],
)
def test_clusters_that_cannot_be(kernel: str, launch: Launch, words: str) -> None:
    with pytest.raises(GpuAdvisorError) as failure:
        execute(
            program(), kernel, launch, [np.zeros(1, np.int32)] * len(program().kernels[kernel].parameters)
        )
    assert words in str(failure.value)


def test_a_block_that_is_not_in_the_cluster_is_named() -> None:
    body = "mapa.shared::cluster.u32 %r3, data, 2;"
    with pytest.raises(GpuAdvisorError, match="block 2 of a cluster of 2"):
        execute(
            ptx_kernel(body, before=REMOTE),
            "k",
            clustered(launch_of(2, 1), 2),
            [np.zeros(1, np.uint64)],
        )


def test_waiting_for_a_block_that_never_arrives() -> None:
    body = """
    mov.u32 %r1, %cluster_ctarank; setp.eq.u32 %p1, %r1, 0; @%p1 bra first; bar.sync 1, 64;
first:
    barrier.cluster.arrive; barrier.cluster.wait;
    """
    with pytest.raises(GpuAdvisorError, match="barrier 1 can never be reached"):
        execute(ptx_kernel(body), "k", clustered(launch_of(2, 32), 2), [np.zeros(32, np.uint64)])


def test_a_grid_that_counts_clusters_is_refused() -> None:
    source = 'extern "C" __global__ void __block_size__((32, 1, 1), (2, 1, 1)) k(int* out) { *out = 1; }'
    with pytest.raises(GpuAdvisorError, match="its grid counts clusters"):
        execute(compiled(source, "counts.cu"), "k", launch_of(2, 32), [np.zeros(1, np.int32)])
