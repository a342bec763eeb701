"""Barriers that count threads, combine votes or are announced, in native code."""

import numpy as np
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, compiled, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated

SOURCE = r"""
__device__ void wait_at(int barrier, int threads) {
    asm volatile("bar.sync %0, %1;" :: "r"(barrier), "r"(threads) : "memory");
}
__device__ void announce(int barrier, int threads) {
    asm volatile("bar.arrive %0, %1;" :: "r"(barrier), "r"(threads) : "memory");
}
extern "C" __global__ void pipeline(const int* in, int* out, int rounds) {
    __shared__ int buffer[2][64];
    int lane = threadIdx.x % 64;
    if (threadIdx.x < 64) {
        for (int r = 0; r < rounds; r++) {
            if (r >= 2) wait_at(3 + (r & 1), 128);
            buffer[r & 1][lane] = in[64 * r + lane] * 3;
            announce(1 + (r & 1), 128);
        }
    } else {
        for (int r = 0; r < rounds; r++) {
            wait_at(1 + (r & 1), 128);
            out[64 * r + lane] = buffer[r & 1][63 - lane];
            if (r + 2 < rounds) announce(3 + (r & 1), 128);
        }
    }
}
extern "C" __global__ void pairs_of_warps(const int* in, int* out, int rounds) {
    __shared__ int tile[256];
    int pair = threadIdx.x / 64, value = in[threadIdx.x];
    for (int r = 0; r < rounds + pair; r++) {
        tile[threadIdx.x] = value;
        wait_at(1 + pair, 64);
        value += tile[threadIdx.x ^ 32];
        wait_at(1 + pair, 64);
    }
    out[threadIdx.x] = value;
}
extern "C" __global__ void votes(const int* in, int* out, int n) {
    int round = 0, i = threadIdx.x;
    if (i >= n) return;
    int value = in[i];
    while (__syncthreads_or(value > round * 10)) {
        int count = __syncthreads_count(value > round * 10);
        int all = __syncthreads_and(value > round * 10);
        out[i] += count + 1000 * all;
        round++;
        if (value < round * 5) return;
    }
}
"""
RANDOM = np.random.default_rng(5)


def _run(kernel: str, threads: int, values: Array, size: int, number: int) -> Array:
    program = compiled(SOURCE, "barriers.cu")
    assert is_translated(program, kernel)
    arguments: list[Array | np.generic] = [values, np.zeros(size, np.int32), np.int32(number)]
    return execute(program, kernel, launch_of(1, threads), arguments).arrays[1]


@pytest.mark.parametrize("rounds", [1, 2, 9])
def test_producers_announce_and_consumers_wait(rounds: int) -> None:
    values = RANDOM.integers(0, 100, 64 * rounds).astype(np.int32)
    found = _run("pipeline", 128, values, 64 * rounds, rounds)
    np.testing.assert_array_equal(found.reshape(rounds, 64), 3 * values.reshape(rounds, 64)[:, ::-1])


def test_pairs_of_warps_meet_at_barriers_of_their_own() -> None:
    values = RANDOM.integers(0, 100, 256).astype(np.int32)
    expected = values.reshape(4, 2, 32).copy()
    for pair in range(4):
        for _ in range(3 + pair):
            expected[pair] += expected[pair][::-1].copy()
    np.testing.assert_array_equal(_run("pairs_of_warps", 256, values, 256, 3), expected.reshape(256))


def _votes(values: Array) -> Array:
    alive, out, turn = np.ones(values.size, np.bool_), np.zeros(values.size, np.int32), 0
    while (alive & (values > turn * 10)).any():
        yes = values[alive] > turn * 10
        out[alive] += int(yes.sum()) + 1000 * bool(yes.all())
        turn += 1
        alive &= values >= turn * 5
    return out


@pytest.mark.parametrize("threads", [32, 70, 128])
def test_votes_of_the_threads_that_are_left(threads: int) -> None:
    values = RANDOM.integers(0, 60, 128).astype(np.int32)
    expected = np.zeros(128, np.int32)
    expected[:threads] = _votes(values[:threads])
    np.testing.assert_array_equal(_run("votes", 128, values, 128, threads), expected)


@pytest.mark.parametrize("barrier", ["bar.sync", "barrier.sync", "barrier.sync.aligned", "bar.cta.sync"])
@pytest.mark.parametrize("guard", ["", "@%p1 "])
def test_forms_of_counted_barriers(barrier: str, guard: str) -> None:
    body = f"""setp.lt.u32 %p1, %r0, 64; mov.u32 %r3, 5; mov.u32 %r4, {64 if guard else 96};
    {guard}{barrier} %r3, %r4;
    {guard}{barrier} 6, %r4;
    {guard}{barrier} %r3;
    mov.u64 %rd2, 3; st.global.u64 [%rd1], %rd2;"""
    if guard:
        body = body.replace("@%p1 " + barrier + " %r3;", "")
    program = ptx_kernel(body)
    assert is_translated(program)
    outcome = execute(program, "k", launch_of(1, 96), [np.zeros(96, np.uint64)])
    assert outcome.arrays[0].tolist() == [3] * 96


def test_results_go_to_those_who_voted_and_no_one_else() -> None:
    body = """setp.lt.u32 %p1, %r0, 40; setp.lt.u32 %p2, %r0, 33; mov.u32 %r2, 7;
    @!%p1 bra OTHER;
    bar.red.popc.u32 %r2, 1, 64, %p2;
    OTHER: cvt.u64.u32 %rd2, %r2;
    st.global.u64 [%rd1], %rd2;
    @%p1 bra END;
    bar.arrive 1, 64;
    END:"""
    program = ptx_kernel(body)
    assert is_translated(program)
    outcome = execute(program, "k", launch_of(1, 64), [np.zeros(64, np.uint64)])
    assert outcome.arrays[0].tolist() == [33] * 40 + [7] * 24


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("add.u32 %r1, %r0, 2; bar.sync %r1, 32;", "barrier 33: a block has 16"),
        ("bar.sync 3, 128;", "barrier 3 can never be reached"),
        ("setp.lt.u32 %p1, %r0, 5; @%p1 bar.sync 2, 32; bar.sync 1, 64;", "barrier 2 can never be reached"),
        ("bar.red.popc.u32 %r1, 4, 128, %p1;", "barrier 4 can never be reached"),
    ],
)
def test_barriers_that_fail(body: str, what: str) -> None:
    """The first warp alone is enough to be told."""
    program = ptx_kernel(body)
    assert is_translated(program)
    with pytest.raises(GpuAdvisorError, match=what):
        execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)])


def test_threads_that_end_release_those_who_wait() -> None:
    body = """setp.ge.u32 %p1, %r0, 20; setp.ge.u32 %p2, %r0, 40; mov.u32 %r2, 1;
    @!%p1 bra WAIT;
    @%p2 bra LATE;
    exit;
    LATE: add.u32 %r2, %r2, 1; setp.lt.u32 %p3, %r2, 100; @%p3 bra LATE;
    exit;
    WAIT: bar.red.popc.u32 %r3, 0, %p2;
    bar.red.or.pred %p3, 0, %p1;
    selp.u32 %r4, 100, 10, %p3;
    add.u32 %r3, %r3, %r4;
    cvt.u64.u32 %rd2, %r3;
    st.global.u64 [%rd1], %rd2;"""
    program = ptx_kernel(body)
    assert is_translated(program)
    outcome = execute(program, "k", launch_of(1, 96), [np.zeros(96, np.uint64)])
    assert outcome.arrays[0].tolist() == [10] * 20 + [0] * 76
