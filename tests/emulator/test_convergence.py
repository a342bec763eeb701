import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import execute, launch_of, ptx_kernel, run_ptx

STORE = "cvt.u64.u32 %rd2, %r2; st.global.u64 [%rd1], %rd2;"


def test_lanes_on_a_path_behind_the_join_are_waited_for() -> None:
    body = f"""mov.u32 %r1, 1;
    setp.lt.u32 %p1, %r0, 10;
    @%p1 bra SIDE;
    JOIN: shfl.sync.bfly.b32 %r2, %r1, 31, 31, -1;
    {STORE}
    ret;
    SIDE: mov.u32 %r1, 7;
    bra JOIN;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 64), [np.zeros(64, np.uint64)])
    assert outcome.arrays[0].tolist() == [1] * 22 + [7] * 10 + [1] * 32
    assert outcome.observation.counters.global_store_requests == 2


def test_three_paths_arrive_one_after_another() -> None:
    body = f"""mov.u32 %r1, 1;
    setp.lt.u32 %p1, %r0, 10;
    setp.lt.u32 %p2, %r0, 20;
    @%p1 bra LAST;
    @%p2 bra NEXT;
    JOIN: vote.sync.ballot.b32 %r2, 1, -1;
    {STORE}
    ret;
    NEXT: add.u32 %r1, %r1, 1;
    bra JOIN;
    LAST: add.u32 %r1, %r1, 2;
    bra JOIN;"""
    assert run_ptx(body).tolist() == [0xFFFFFFFF] * 32


def test_a_guarded_vote_waits_only_for_lanes_whose_guard_holds() -> None:
    body = f"""mov.u32 %r2, 3;
    setp.lt.u32 %p1, %r0, 8;
    @%p1 vote.sync.ballot.b32 %r2, 1, 0xff;
    {STORE}"""
    assert run_ptx(body).tolist() == [0xFF] * 8 + [3] * 24


def test_members_that_exited_are_not_waited_for() -> None:
    body = f"""setp.lt.u32 %p1, %r0, 4;
    @%p1 bra SIDE;
    vote.sync.ballot.b32 %r2, 1, -1;
    {STORE}
    ret;
    SIDE: exit;"""
    assert run_ptx(body).tolist() == [0] * 4 + [0xFFFFFFF0] * 28


def test_halves_with_masks_of_their_own_do_not_wait_for_each_other() -> None:
    body = f"""setp.lt.u32 %p1, %r0, 16;
    @%p1 bra LOW;
    vote.sync.ballot.b32 %r2, 1, 0xffff0000;
    bra END;
    LOW: vote.sync.ballot.b32 %r2, 1, 0x0000ffff;
    END: {STORE}"""
    assert run_ptx(body).tolist() == [0xFFFF] * 16 + [0xFFFF0000] * 16


def test_lanes_that_never_come() -> None:
    body = """setp.lt.u32 %p1, %r0, 16;
    @%p1 bra LOW;
    bar.sync 0;
    ret;
    LOW: shfl.sync.idx.b32 %r2, %r0, 0, 31, -1;"""
    with pytest.raises(GpuAdvisorError) as caught:
        run_ptx(body)
    assert "thread" in str(caught.value)
    assert "can never be reached" in str(caught.value) or "never reach it" in str(caught.value)
