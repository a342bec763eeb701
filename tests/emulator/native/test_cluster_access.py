"""The shared memory of other blocks of the cluster: stores, loads, atomics, copies and matrices."""

import numpy as np
import pytest

from tests.emulator.native.clusters import AT_OWN, NEXT, RESULT, SYNC, outcome_of

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


def test_generic_addresses_of_copies_and_barriers() -> None:
    body = f"""{NEXT} setp.eq.u32 %p1, %r0, 0; cvta.shared.u64 %rd4, bar; mov.u32 %r13, %ntid.x;
    @%p1 mbarrier.init.b64 [%rd4], %r13; {SYNC} mapa.u64 %rd5, %rd4, %r3;
    cp.async.mbarrier.arrive.noinc.b64 [%rd5]; {SYNC}
    ld.u64 %rd6, [%rd4]; shr.u64 %rd3, %rd6, 63; {RESULT}"""
    assert (outcome_of(body).arrays[0] == 1).all()
