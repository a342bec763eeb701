"""The barrier of a cluster, and blocks that poll what others of their cluster write."""

import msgspec
import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import turns
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import run
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.emulator.harness import Array, execute, launch_of
from tests.emulator.native.clusters import NEXT, PLACE, RESULT, SYNC, launched, outcome_of, program_of

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


@pytest.mark.parametrize("cluster", [None, (1, 1, 1)])
def test_a_block_alone_is_a_cluster(cluster: tuple[int, int, int] | None) -> None:
    body = f"{NEXT} st.shared.u64 [%r6], %rd2; {SYNC} ld.shared::cluster.u64 %rd3, [%r7]; {RESULT}"
    launch = msgspec.structs.replace(launch_of(3, 40), cluster=cluster)
    outcome = execute(program_of(body), "k", launch, [np.zeros((3, 40), np.uint64)])
    np.testing.assert_array_equal(outcome.arrays[0], np.indices((3, 40))[1])


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
