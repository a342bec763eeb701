import numpy as np
import pytest

from tests.emulator.harness import run_ptx

SHARED = ".shared .align 8 .b8 s[1024];\n"


def test_barrier_makes_stores_of_all_warps_visible() -> None:
    threads = 96
    result = run_ptx(
        f"""mov.u32 %r1, s;
        mad.lo.u32 %r2, %r0, 4, %r1;
        st.shared.u32 [%r2], %r0;
        bar.sync 0;
        sub.u32 %r3, {threads - 1}, %r0;
        mad.lo.u32 %r2, %r3, 4, %r1;
        ld.shared.u32 %r4, [%r2];
        cvt.u64.u32 %rd2, %r4;
        st.global.u64 [%rd1], %rd2;""",
        threads,
        before=SHARED,
    )
    assert result.tolist() == list(range(threads))[::-1]


def test_threads_that_exited_do_not_hold_a_barrier_up() -> None:
    result = run_ptx(
        "setp.ge.u32 %p1, %r0, 40;\n@%p1 exit;\nbar.sync 0;\nmov.u64 %rd2, 1;\nst.global.u64 [%rd1], %rd2;",
        96,
    )
    assert result.tolist() == [1] * 40 + [0] * 56


def test_threads_that_exit_later_release_a_barrier() -> None:
    body = """setp.lt.u32 %p1, %r0, 40;
    @%p1 bra WAIT;
    exit;
    WAIT: bar.sync 0;
    mov.u64 %rd2, 1;
    st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body, 96).tolist() == [1] * 40 + [0] * 56


def test_barrier_reached_at_two_places() -> None:
    body = """mov.u64 %rd2, 1;
    setp.lt.u32 %p1, %r0, 10;
    @%p1 bra LOW;
    bar.sync 0;
    mov.u64 %rd2, 2;
    bra END;
    LOW: bar.sync 0;
    END: st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body, 64).tolist() == [1] * 10 + [2] * 54


def test_named_barriers_of_producers_and_consumers() -> None:
    """The first warp waits for what the second announces with bar.arrive."""
    body = """mov.u32 %r1, s;
    setp.lt.u32 %p1, %r0, 32;
    @%p1 bra CONSUME;
    sub.u32 %r2, %r0, 32;
    mad.lo.u32 %r2, %r2, 4, %r1;
    st.shared.u32 [%r2], %r0;
    bar.arrive 3, 64;
    bra END;
    CONSUME: bar.sync 3, 64;
    mad.lo.u32 %r2, %r0, 4, %r1;
    ld.shared.u32 %r3, [%r2];
    cvt.u64.u32 %rd2, %r3;
    st.global.u64 [%rd1], %rd2;
    END:"""
    assert run_ptx(body, 64, before=SHARED).tolist() == [*range(32, 64), *[0] * 32]


@pytest.mark.parametrize(
    ("operation", "destination", "expected"),
    [("popc.u32", "%r2", 26), ("or.pred", "%p2", 1), ("and.pred", "%p2", 0)],
)
def test_reduction_across_the_block(operation: str, destination: str, expected: int) -> None:
    convert = "selp.u32 %r2, 1, 0, %p2;" if destination == "%p2" else ""
    body = f"""setp.ge.u32 %p1, %r0, 70;
    bar.red.{operation} {destination}, 0, %p1;
    {convert}
    cvt.u64.u32 %rd2, %r2;
    st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body, 96).tolist() == [expected] * 96


def test_reduction_votes_of_diverged_lanes_count() -> None:
    body = """setp.lt.u32 %p1, %r0, 5;
    mov.u32 %r3, 0;
    @%p1 bra GO;
    add.u32 %r3, %r3, 1;
    GO: setp.eq.u32 %p2, %r3, 1;
    @%p1 bra FIRST;
    bar.red.popc.u32 %r2, 0, %p2;
    bra END;
    FIRST: bar.red.popc.u32 %r2, 0, !%p2;
    END: cvt.u64.u32 %rd2, %r2;
    st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body, 64).tolist() == [64] * 64


def test_warp_barrier_orders_diverged_lanes() -> None:
    """The lower half runs first; it must not read before the upper half has stored."""
    body = """mov.u32 %r1, s;
    mad.lo.u32 %r2, %r0, 4, %r1;
    xor.b32 %r3, %r0, 16;
    mad.lo.u32 %r3, %r3, 4, %r1;
    add.u32 %r4, %r0, 1;
    setp.ge.u32 %p1, %r0, 16;
    @%p1 bra UPPER;
    st.shared.u32 [%r2], %r4;
    bar.warp.sync -1;
    ld.shared.u32 %r5, [%r3];
    bra END;
    UPPER: st.shared.u32 [%r2], %r4;
    bar.warp.sync -1;
    ld.shared.u32 %r5, [%r3];
    END: cvt.u64.u32 %rd2, %r5;
    st.global.u64 [%rd1], %rd2;"""
    assert run_ptx(body, 32, before=SHARED).tolist() == [(lane ^ 16) + 1 for lane in range(32)]


def test_warp_barrier_of_a_subset() -> None:
    body = """setp.ge.u32 %p1, %r0, 8; @%p1 bra END; bar.warp.sync 0xff; mov.u64 %rd2, 5;
        st.global.u64 [%rd1], %rd2; END:"""
    assert np.count_nonzero(run_ptx(body, 32)) == 8
