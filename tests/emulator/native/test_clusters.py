"""Clusters of blocks in native code: it leaves the same memory, counts and errors as the interpreter."""

import msgspec
import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import turns
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.emulator import test_clusters
from tests.emulator.harness import Array, Outcome, compiled, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated

SHARED = ".shared .align 16 .b8 data[1024]; .shared .align 8 .b64 bar;"
SYNC = "barrier.cluster.arrive.release; barrier.cluster.wait.acquire;"
PLACE = "mov.u32 %r1, %cluster_ctarank; mov.u32 %r2, %cluster_nctarank; mov.u32 %r9, data;"
NEXT = f"""{PLACE}
    add.u32 %r3, %r1, 1; rem.u32 %r3, %r3, %r2;
    mapa.shared::cluster.u32 %r4, data, %r3;
    shl.b32 %r5, %r0, 4; add.u32 %r6, %r9, %r5; add.u32 %r7, %r4, %r5;
    mad.lo.u32 %r8, %r1, 1000, %r0; cvt.u64.u32 %rd2, %r8;
"""
"""`%r6` is the thread's own 16 bytes, `%r7` those in the next block, `%rd2` and `%r8` tell it from others."""
AT_OWN = """
    mov.u32 %r10, %ctaid.x; mov.u32 %r11, %ntid.x; mad.lo.u32 %r10, %r10, %r11, %r0;
    mad.wide.u32 %rd9, %r10, 8, %rd0;
"""
RESULT = f"{AT_OWN} st.global.u64 [%rd9], %rd3;"
"""Writes `%rd3` to the thread's place in the grid."""


def launched(blocks: int, threads: int, *cluster: int) -> Launch:
    x, y, z = (*cluster, 1, 1)[:3]
    return msgspec.structs.replace(launch_of(blocks, threads), cluster=(x, y, z))


def program_of(body: str, parameters: int = 1) -> Program:
    program = ptx_kernel(body, parameters, before=SHARED)
    assert is_translated(program, in_clusters=True)
    return program


def outcome_of(
    body: str, blocks: int = 8, threads: int = 48, of_cluster: int = 4, *, races: bool = False
) -> Outcome:
    words = np.zeros((blocks, threads), np.uint64)
    return execute(program_of(body), "k", launched(blocks, threads, of_cluster), [words], races=races)


@pytest.mark.parametrize("kernel", ["histogram", "places", "relay"])
def test_cooperative_groups_are_translated(kernel: str) -> None:
    assert is_translated(test_clusters.program(), kernel, in_clusters=True)


STORES = {
    "shared::cluster": "st.shared::cluster.u64 [%r7], %rd2;",
    "shared": "st.shared.u64 [%r7], %rd2;",
    "generic": """cvta.shared.u64 %rd4, data; mapa.u64 %rd5, %rd4, %r3; cvt.u64.u32 %rd6, %r5;
        add.u64 %rd5, %rd5, %rd6; st.u64 [%rd5], %rd2;""",
    "a vector": "st.shared::cluster.v2.b32 [%r7], {%r8, 0};",
    "16 bytes": "st.shared::cluster.v4.b32 [%r7], {%r8, 0, 1, 2};",
    "narrow": "st.shared::cluster.u16 [%r7], %r8;",
    "guarded": "setp.ne.u32 %p1, %r0, 99; @%p1 st.shared::cluster.u64 [%r7], %rd2;",
    "an exchange": "atom.shared::cluster.exch.b64 %rd5, [%r7], %rd2;",
    "a sum": "red.shared::cluster.add.u64 [%r7], %rd2;",
    "the larger": "atom.shared::cluster.max.u64 %rd5, [%r7], %rd2;",
    "what is swapped": "atom.shared::cluster.cas.b64 %rd5, [%r7], 0, %rd2;",
    "an asynchronous copy": f"""{AT_OWN} st.global.u64 [%rd9], %rd2;
        cp.async.ca.shared.global [%r7], [%rd9], 8; cp.async.wait_all;""",
}


@pytest.mark.parametrize("name", list(STORES))
def test_what_one_block_stores_the_next_one_finds(name: str) -> None:
    load = "ld.shared.u64 %rd3, [%r6];"
    outcome = outcome_of(f"{NEXT}{SYNC}{STORES[name]}{SYNC}{load}{RESULT}", 8, 32, 4)
    block, lane = np.indices((8, 32))
    np.testing.assert_array_equal(outcome.arrays[0], (block - 1) % 4 * 1000 + lane)


@pytest.mark.parametrize(
    "load", ["ld.shared::cluster.u64 %rd3, [%r7];", "ld.volatile.shared.u64 %rd3, [%r7];"]
)
@pytest.mark.parametrize(("threads", "of_cluster"), [(1, 2), (20, 8), (64, 16)])
def test_loads_from_the_next_block(load: str, threads: int, of_cluster: int) -> None:
    body = f"{NEXT} st.shared.u64 [%r6], %rd2; {SYNC} {load} {RESULT} {SYNC}"
    outcome = outcome_of(body, 3 * of_cluster, threads, of_cluster)
    block, lane = np.indices((3 * of_cluster, threads))
    np.testing.assert_array_equal(outcome.arrays[0], (block + 1) % of_cluster * 1000 + lane)


def test_each_lane_may_address_another_block() -> None:
    body = f"""{NEXT} st.shared.u64 [%r6], %rd2; {SYNC}
    rem.u32 %r3, %r0, %r2; mapa.shared::cluster.u32 %r4, %r6, %r3; ld.shared::cluster.u64 %rd3, [%r4];
    {RESULT} {SYNC}"""
    outcome = outcome_of(body)
    _, lane = np.indices((8, 48))
    np.testing.assert_array_equal(outcome.arrays[0], lane % 4 * 1000 + lane)


def test_matrices_in_the_shared_memory_of_the_next_block() -> None:
    body = f"""{NEXT} st.shared.v4.b32 [%r6], {{%r8, %r8, %r8, %r8}}; {SYNC}
    ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{%r12, %r13, %r14, %r15}}, [%r7];
    mov.b64 %rd3, {{%r12, %r15}}; {RESULT} {SYNC}"""
    outcome = outcome_of(body, 4, 32, 2)
    block, lane = np.indices((4, 32))
    rows = (block + 1) % 2 * 1000 + lane // 4
    np.testing.assert_array_equal(outcome.arrays[0], rows + (rows + 24 << 32))


REGISTERS = (
    *("clusterid.x", "clusterid.y", "clusterid.z", "nclusterid.x", "nclusterid.y", "nclusterid.z"),
    *("cluster_ctaid.x", "cluster_ctaid.y", "cluster_ctaid.z", "cluster_nctaid.x", "cluster_nctaid.y"),
    *("cluster_nctaid.z", "cluster_ctarank", "cluster_nctarank", "is_explicit_cluster"),
)


@pytest.mark.parametrize("cluster", [None, (1, 1, 1), (2, 1, 1), (3, 2, 1), (1, 2, 2)])
def test_special_registers(cluster: tuple[int, int, int] | None) -> None:
    size = 4 * len(REGISTERS)
    stores = (
        f"mov.u32 %r6, %{name}; st.global.u32 [%rd3 + {4 * n}], %r6;" for n, name in enumerate(REGISTERS)
    )
    body = f"""mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ctaid.y; mov.u32 %r3, %ctaid.z;
    mad.lo.u32 %r4, %r3, 4, %r2; mad.lo.u32 %r4, %r4, 6, %r1; mad.wide.u32 %rd3, %r4, {size}, %rd0;
    {"".join(stores)}"""
    launch = msgspec.structs.replace(launch_of((6, 4, 2), 1), cluster=cluster)
    outcome = execute(program_of(body), "k", launch, [np.zeros((2, 4, 6, len(REGISTERS)), np.uint32)])
    z, y, x = np.indices((2, 4, 6))
    across, down, deep = cluster or (1, 1, 1)
    inside = (x % across, y % down, z % deep)
    rank = inside[0] + across * (inside[1] + down * inside[2])
    of_grid = (6 // across, 4 // down, 2 // deep, *inside, across, down, deep)
    expected = [
        x // across,
        y // down,
        z // deep,
        *of_grid,
        rank,
        across * down * deep,
        int(cluster is not None),
    ]
    found = np.stack([np.broadcast_to(each, x.shape) for each in expected], axis=-1)
    np.testing.assert_array_equal(outcome.arrays[0], found)


ARRIVALS = {
    "all": SYNC,
    "aligned": "barrier.cluster.arrive.aligned; barrier.cluster.wait.aligned;",
    "lanes apart": f"setp.lt.u32 %p1, %r0, 7; @%p1 bra low; {SYNC} bra met;\nlow: {SYNC}\nmet:",
    "work in between": "barrier.cluster.arrive.relaxed; add.u32 %r13, %r0, 1; barrier.cluster.wait;",
    "some lanes later": """barrier.cluster.arrive; setp.lt.u32 %p1, %r0, 9; @%p1 bra wait; nanosleep.u32 1;
        wait: barrier.cluster.wait;""",
    "under a guard": """setp.lt.u32 %p1, %r0, 5; @%p1 barrier.cluster.arrive; @%p1 barrier.cluster.wait;
        @!%p1 barrier.cluster.arrive; @!%p1 barrier.cluster.wait;""",
    "after others have ended": f"setp.ge.u32 %p1, %r0, 30; @%p1 exit; {SYNC}",
    "a block's own barrier before": f"bar.sync 0; {SYNC} barrier.sync 1;",
}


@pytest.mark.parametrize("name", list(ARRIVALS))
@pytest.mark.parametrize("threads", [32, 70])
def test_ways_to_the_barrier(name: str, threads: int) -> None:
    body = f"{PLACE} st.shared.u32 [%r9], %r1; {ARRIVALS[name]} mov.u64 %rd3, 1; {RESULT}"
    outcome = outcome_of(body, 8, threads, 4)
    ended = 30 if name == "after others have ended" else threads
    assert outcome.arrays[0].sum(axis=1).tolist() == [min(ended, threads)] * 8


def test_many_rounds_of_the_barrier() -> None:
    body = f"""{NEXT} mov.u32 %r13, 0; st.shared.u64 [%r6], %rd2; {SYNC}
    again: ld.shared::cluster.u64 %rd3, [%r7]; {SYNC} st.shared.u64 [%r6], %rd3; {SYNC}
    add.u32 %r13, %r13, 1; setp.lt.u32 %p1, %r13, 6; @%p1 bra again;
    {RESULT}"""
    outcome = outcome_of(body)
    block, lane = np.indices((8, 48))
    np.testing.assert_array_equal(outcome.arrays[0], (block + 6) % 4 * 1000 + lane)


def test_arriving_at_a_barrier_in_another_block() -> None:
    body = f"""{NEXT} setp.eq.u32 %p1, %r0, 0; mov.u32 %r13, %ntid.x; mov.u64 %rd3, 5;
    @%p1 mbarrier.init.shared::cta.b64 [bar], %r13; {SYNC}
    mapa.shared::cluster.u32 %r14, bar, %r3;
    mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r14];
    wait: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 %p2, [bar], 0;
    @!%p2 bra wait; {RESULT} {SYNC}"""
    assert (outcome_of(body).arrays[0] == 5).all()


POLLED = f"""{NEXT} mov.u64 %rd4, 0; setp.eq.u32 %p1, %r1, 0; @%p1 bra first;
    poll: ld.volatile.shared.u64 %rd4, [%r6]; setp.eq.u64 %p2, %rd4, 0; @%p2 bra poll;
    first: add.u64 %rd4, %rd4, 1; setp.eq.u32 %p3, %r3, 0; @%p3 bra last;
    st.volatile.shared::cluster.u64 [%r7], %rd4;
    last: mov.u64 %rd3, %rd4; {RESULT} {SYNC}"""


def test_a_token_goes_from_block_to_block() -> None:
    block, _ = np.indices((16, 48))
    np.testing.assert_array_equal(outcome_of(POLLED, 16, 48, 8, races=True).arrays[0], block % 8 + 1)


def test_clusters_wait_for_each_other() -> None:
    body = f"""{NEXT} mov.u32 %r13, %ctaid.x; mul.wide.u32 %rd4, %r13, 4; ld.param.u64 %rd5, [p1];
    add.u64 %rd5, %rd5, %rd4; setp.eq.u32 %p1, %r13, 0; @%p1 bra first;
    poll: ld.volatile.global.u32 %r14, [%rd5]; setp.eq.u32 %p2, %r14, 0; @%p2 bra poll;
    first: {SYNC} add.u32 %r14, %r13, 1; st.volatile.global.u32 [%rd5+4], %r14;
    cvt.u64.u32 %rd3, %r14; {RESULT}"""
    program = program_of(body, parameters=2)
    arrays: list[Array] = [np.zeros((6, 1), np.uint64), np.zeros(7, np.uint32)]
    with pytest.raises(GpuAdvisorError, match="does not end"):  # within a cluster the later block waits too
        _natively(program, launched(6, 1, 2), arrays)
    outcome = execute(program_of(body.replace(SYNC, ""), 2), "k", launched(6, 1, 2), arrays, races=True)
    assert outcome.arrays[1].tolist() == list(range(7))


def _natively(program: Program, launch: Launch, arrays: list[Array]) -> None:
    memory = GlobalMemory()
    addresses = [np.uint64(memory.allocate(array.nbytes, f"array{n}")) for n, array in enumerate(arrays)]
    run(program, "k", launch, addresses, memory)


def test_threads_that_poll_in_vain_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_FRUITLESS_TURNS", 1 << 10)
    body = f"""{PLACE} setp.eq.u32 %p1, %r1, 1; @!%p1 bra done;
    poll: ld.volatile.shared.u64 %rd4, [%r9]; setp.eq.u64 %p2, %rd4, 0; @%p2 bra poll;
    done: {SYNC}"""
    with pytest.raises(GpuAdvisorError, match="does not end: all threads that are left") as caught:
        _natively(program_of(body), launched(4, 32, 2), [np.zeros(32, np.uint64)])
    assert "block (1, 0, 0), thread (0, 0, 0)" in str(caught.value)


BULK = "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes"
FAULTS = [
    ("ld.shared::cluster.u32 %r13, [%r7+2048];", "load of 4 bytes outside the block's shared memory of 1024"),
    ("ld.shared::cluster.u64 %rd3, [%r7+4];", "is not aligned to 8"),
    ("add.u32 %r7, %r7, 0x6000000; st.shared::cluster.u32 [%r7], %r0;", "store of 4 bytes outside the block"),
    (
        "add.u32 %r13, %r0, 1; mapa.shared::cluster.u32 %r4, data, %r13;",
        r"\(3, 0, 0\): the address in block 4 of",
    ),
    ("atom.shared::cluster.add.u32 %r13, [%r7+1030], 1;", "atomic on 4 bytes outside"),
    ("mbarrier.arrive.shared::cluster.b64 _, [%r7+4096];", "mbarrier outside"),
    (
        f"setp.eq.u32 %p1, %r1, 0; @%p1 bra first; bar.sync 1, 96;\nfirst: {SYNC}",
        r"block \(1, 0, 0\), thread \(0, 0, 0\): barrier 1 can never be reached",
    ),
    (
        f"setp.lt.u32 %p1, %r0, 5; @%p1 bra low; vote.sync.all.pred %p2, %p1, -1;\nlow: {SYNC}",
        "the cluster's barrier can never be reached by all the threads it waits for: no thread of the cl",
    ),
    ("setp.eq.u32 %p1, %r1, 2; @%p1 trap;", r"block \(2, 0, 0\), .*the kernel executed trap"),
    (f"{BULK} [%r7+1008], [%rd0], 32, [bar];", r"\(store\)"),
]


@pytest.mark.parametrize(("body", "what"), FAULTS)
def test_faults(body: str, what: str) -> None:
    with pytest.raises(GpuAdvisorError, match=what):
        outcome_of(f"{NEXT}{body} mov.u64 %rd3, 0; {RESULT}")


def test_generic_addresses_of_copies_and_barriers() -> None:
    body = f"""{NEXT} setp.eq.u32 %p1, %r0, 0; cvta.shared.u64 %rd4, bar; mov.u32 %r13, %ntid.x;
    @%p1 mbarrier.init.b64 [%rd4], %r13; {SYNC} mapa.u64 %rd5, %rd4, %r3;
    cp.async.mbarrier.arrive.noinc.b64 [%rd5]; {SYNC}
    ld.u64 %rd6, [%rd4]; shr.u64 %rd3, %rd6, 63; {RESULT}"""
    assert (outcome_of(body).arrays[0] == 1).all()


@pytest.mark.parametrize("mask", [0b0001, 0b1010, 0b1111, 0])
def test_copies_to_several_blocks(mask: int) -> None:
    body = f"""{NEXT} .reg .b16 %h<2>; mov.b16 %h1, {mask}; setp.eq.u32 %p1, %r0, 0;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 768; {SYNC}
    setp.eq.u32 %p3, %r1, 2; and.pred %p2, %p1, %p3;
    @%p2 {BULK}.multicast::cluster [data], [%rd0+3072], 768, [bar], %h1; {SYNC}
    ld.shared.u64 %rd4, [bar]; shr.u64 %rd5, %rd4, 63; ld.shared.u64 %rd3, [%r6]; add.u64 %rd3, %rd3, %rd5;
    {RESULT}"""
    source = np.arange(100, 292, dtype=np.uint64)
    words = np.concatenate([np.zeros(8 * 48, np.uint64), source])
    launch = launched(4, 48, 4)
    outcome = execute(program_of(body), "k", launch, [words])
    given = outcome.arrays[0][: 4 * 48].reshape(4, 48)
    copied = source[::2][:48] + 1
    assert [bool((row == copied).all()) for row in given] == [bool(mask >> rank & 1) for rank in range(4)]


def test_a_copy_by_tensor_map_lets_all_blocks_go_on() -> None:
    copy = (
        "cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster"
    )
    body = f"""{NEXT} .reg .b16 %h<2>; mov.b16 %h1, 0xF; setp.eq.u32 %p1, %r0, 0;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 768; {SYNC}
    setp.eq.u32 %p3, %r1, 1; and.pred %p2, %p1, %p3;
    @%p2 {copy} [data], [%rd0, {{0}}], [bar], %h1; {SYNC}
    ld.shared.u64 %rd4, [bar]; shr.u64 %rd3, %rd4, 63; {RESULT}"""
    assert (outcome_of(body).arrays[0] == 1).all()


SOURCE = r"""
#include <cooperative_groups.h>
#include <cstdio>
namespace cg = cooperative_groups;
__device__ int depth(int n, const int* far) { return n == 0 ? *far : 1 + depth(n - 1, far); }
extern "C" __global__ void __cluster_dims__(2, 1, 1) recursion(int* out) {
    __shared__ int own;
    cg::cluster_group cluster = cg::this_cluster();
    if (threadIdx.x == 0) own = 100 * cluster.block_rank();
    cluster.sync();
    int far = depth(threadIdx.x % 5, cluster.map_shared_rank(&own, 1));
    cluster.sync();
    out[blockIdx.x * blockDim.x + threadIdx.x] = far;
}
extern "C" __global__ void __cluster_dims__(2, 1, 1) says(int n) {
    __shared__ char word[8];
    cg::cluster_group cluster = cg::this_cluster();
    if (threadIdx.x == 0) { word[0] = 'a' + cluster.block_rank(); word[1] = 0; }
    cluster.sync();
    if (threadIdx.x == 0) printf("%s of %d\n", cluster.map_shared_rank(word, 1), (int)blockIdx.x);
    cluster.sync();
}
extern "C" __global__ void __cluster_dims__(2, 1, 1) work(int* out, int rounds) {
    int sum = 0;
    for (int i = 0; i < rounds; i++) sum += i * sum + 1;
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
"""


def test_functions_that_call_themselves() -> None:
    program = compiled(SOURCE, "clusters.cu")
    assert is_translated(program, "recursion", in_clusters=True)
    outcome = execute(program, "recursion", launch_of(4, 40), [np.zeros((4, 40), np.int32)])
    np.testing.assert_array_equal(outcome.arrays[0], np.tile(100 + np.arange(40) % 5, (4, 1)))


@pytest.mark.parametrize("native", [False, True])
def test_a_text_in_another_block_is_printed(native: bool, capsys: pytest.CaptureFixture[str]) -> None:
    program = compiled(SOURCE, "clusters.cu")
    assert is_translated(program, "says", in_clusters=True)
    run(program, "says", launch_of(4, 32), [np.int32(1)], GlobalMemory(), RunOptions(native=native))
    assert sorted(capsys.readouterr().err.splitlines()) == [f"b of {block}" for block in range(4)]


def test_an_affordable_number_of_clusters_is_run() -> None:
    memory, program = GlobalMemory(), compiled(SOURCE, "clusters.cu")
    out = np.uint64(memory.allocate(4 * 400 * 32, "out"))
    options = RunOptions(thread_instructions=200_000)
    observation = run(program, "work", launch_of(400, 32), [out, np.int32(40)], memory, options)
    assert observation.counters.blocks_run % 2 == 0
    assert 8 <= observation.counters.blocks_run < 200
    ran = np.flatnonzero(
        np.frombuffer(memory.read(int(out), 4 * 400 * 32), np.int32).reshape(400, 32).any(axis=1)
    )
    assert ran.size == observation.counters.blocks_run
    np.testing.assert_array_equal(ran[::2] + 1, ran[1::2])
