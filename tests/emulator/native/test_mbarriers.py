"""mbarrier and copies in bulk in native code."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.run import run
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, compiled, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated

RANDOM = np.random.default_rng(31)
BEFORE = ".shared .align 16 .b8 s[1024];\n.shared .align 8 .b64 bar[4];\n"
SOURCE = r"""
typedef unsigned long long u64;
__device__ unsigned at(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
__device__ void init(u64* b, unsigned n) {
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" :: "r"(at(b)), "r"(n));
}
__device__ void arrive(u64* b) {
    asm volatile("mbarrier.arrive.shared.b64 _, [%0];" :: "r"(at(b)) : "memory");
}
__device__ void wait(u64* b, unsigned parity) {
    asm volatile("{.reg .pred p; AGAIN: mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1; @p bra DONE;"
        " bra AGAIN; DONE: }" :: "r"(at(b)), "r"(parity) : "memory");
}
// The last warp brings tiles; the others work on them, two at a time in flight.
extern "C" __global__ void pipeline(const float* in, float* out, int tiles) {
    __shared__ alignas(16) float tile[2][64];
    __shared__ u64 full[2], empty[2];
    int i = threadIdx.x;
    if (i < 2) { init(&full[i], 1); init(&empty[i], 64); }
    __syncthreads();
    if (i >= 64) {
        if (i == 64)
            for (int t = 0; t < tiles; t++) {
                int slot = t & 1, phase = t / 2 & 1;
                wait(&empty[slot], phase ^ 1);
                asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], 256;"
                    :: "r"(at(&full[slot])));
                asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
                    "[%0], [%1], 256, [%2];" :: "r"(at(tile[slot])),
                    "l"(in + 64 * (t + tiles * blockIdx.x)), "r"(at(&full[slot])) : "memory");
            }
    } else {
        float sum = 0;
        for (int t = 0; t < tiles; t++) {
            int slot = t & 1, phase = t / 2 & 1;
            wait(&full[slot], phase);
            sum += tile[slot][63 - i];
            arrive(&empty[slot]);
        }
        out[64 * blockIdx.x + i] = sum;
    }
}
extern "C" __global__ void nobody_comes(float* out) {
    __shared__ u64 barrier;
    init(&barrier, 33);
    arrive(&barrier);
    wait(&barrier, 0);
    out[threadIdx.x] = 1;
}
"""


@pytest.mark.parametrize("tiles", [1, 2, 7])
def test_producer_and_consumers_in_a_ring(tiles: int) -> None:
    program = compiled(SOURCE, "ring.cu")
    assert is_translated(program, "pipeline")
    values = RANDOM.integers(0, 50, (3, tiles, 64)).astype(np.float32)
    arguments: list[Array | np.generic] = [values, np.zeros(192, np.float32), np.int32(tiles)]
    outcome = execute(program, "pipeline", launch_of(3, 96), arguments, races=True)
    np.testing.assert_array_equal(outcome.arrays[1].reshape(3, 64), values.sum(axis=1)[:, ::-1])


def test_waiting_for_arrivals_that_never_come() -> None:
    memory = GlobalMemory()
    out = memory.allocate(128, "out")
    with pytest.raises(GpuAdvisorError, match="does not end: all threads that are left"):
        run(compiled(SOURCE, "ring.cu"), "nobody_comes", launch_of(9, 32), [np.uint64(out)], memory)


@pytest.mark.parametrize("space", [".shared", ".shared::cta", ""])
@pytest.mark.parametrize("guard", ["", "@%p1 "])
def test_every_instruction_counts_as_the_interpreter_does(space: str, guard: str) -> None:
    """Four barriers, each shared by eight lanes, or five of them."""
    arrivals = 5 if guard else 8
    body = f"""and.b32 %r1, %r0, 3; mov.u32 %r2, bar; mad.lo.u32 %r2, %r1, 8, %r2;
    cvt.u64.u32 %rd9, %r2; cvta.shared.u64 %rd8, %rd9;
    setp.lt.u32 %p1, %r0, 20; setp.lt.u32 %p2, %r0, 4;
    @%p2 mbarrier.init{space}.b64 [AT], {arrivals};
    bar.warp.sync -1;
    {guard}mbarrier.expect_tx.relaxed.cta{space or ".shared::cta"}.b64 [%r2], 24;
    {guard}mbarrier.arrive{space}.b64 %rd2, [AT];
    mbarrier.test_wait{space}.b64 %p3, [AT], %rd2;
    {guard}mbarrier.complete_tx.relaxed.cta{space or ".shared::cta"}.b64 [%r2], 24;
    mbarrier.test_wait.parity{space}.b64 %p4, [AT], 0;
    mbarrier.try_wait{space}.b64 %p5, [AT], %rd2;
    {guard}mbarrier.arrive_drop.noComplete{space}.b64 %rd3, [AT], 1;
    mbarrier.pending_count.b64 %r4, %rd3;
    @%p2 mbarrier.inval{space}.b64 [AT];
    selp.u32 %r5, 1, 0, %p3; selp.u32 %r6, 2, 0, %p4; selp.u32 %r7, 4, 0, %p5;
    add.u32 %r5, %r5, %r6; add.u32 %r5, %r5, %r7; mad.lo.u32 %r5, %r4, 8, %r5;
    cvt.u64.u32 %rd4, %r5; xor.b64 %rd4, %rd4, %rd2;
    st.global.u64 [%rd1], %rd4;""".replace("AT", "%r2" if space else "%rd8")
    program = ptx_kernel(body, before=BEFORE)
    assert is_translated(program)
    outcome = execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    left = (outcome.arrays[0] & np.uint64(0x7F)) >> np.uint64(3)
    assert len(set(left.tolist())) > 1


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("mbarrier.init.shared.b64 [%r1], %r0;", "an mbarrier for 0 arrivals"),
        ("add.u32 %r2, %r0, 0xffffe; mbarrier.init.shared.b64 [%r1], %r2;", "an mbarrier for 1048576"),
        ("mbarrier.init.shared.b64 [%r1+4], 1;", "mbarrier at address .* is not aligned to 8"),
        ("mbarrier.init.shared.b64 [%r1+4096], 1;", "mbarrier outside the block's shared memory"),
        (
            "mbarrier.init.shared.b64 [%r1], 5; mbarrier.arrive.shared.b64 _, [%r1], 2;",
            "2 arrivals at an mbarrier whose phase waits for 1",
        ),
        (
            "shl.b32 %r2, %r0, 3; sub.u32 %r2, %r3, %r2; mbarrier.arrive.shared.b64 _, [%r2+256];",
            r"thread \(0, 0, 0\): 1 arrivals at an mbarrier whose phase waits for 0",
        ),
        ("cp.async.bulk.global.shared::cta.bulk_group [%rd0], [%r3], %r0;", "copy in bulk of 0 bytes"),
        ("cp.async.bulk.global.shared::cta.bulk_group [%rd0], [%r3], 8192;", "copy in bulk of 8192 bytes"),
        ("cp.async.bulk.global.shared::cta.bulk_group [%rd0+16], [%r3], 256;", r"copy in bulk \(store\)"),
        ("cp.async.bulk.global.shared::cta.bulk_group [%rd0], [%r3+900], 256;", r"copy in bulk \(load\)"),
        ("cp.async.bulk.global.shared::cta.bulk_group [%rd0+8], [%r3], 32;", r"copy in bulk \(store\)"),
    ],
)
def test_faults(body: str, what: str) -> None:
    program = ptx_kernel(f"mov.u32 %r1, bar; mov.u32 %r3, s;\n{body}", before=BEFORE)
    assert is_translated(program)
    with pytest.raises(GpuAdvisorError, match=what):
        execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)])


def test_several_lanes_copy_in_bulk() -> None:
    body = """mov.u32 %r1, s; mov.u32 %r2, bar; mul.lo.u32 %r3, %r0, 48; add.u32 %r4, %r1, %r3;
    and.b32 %r5, %r0, 3; setp.eq.u32 %p1, %r5, 1; mul.wide.u32 %rd3, %r0, 64; add.u64 %rd3, %rd3, %rd0;
    setp.eq.u32 %p2, %r0, 0; @%p2 mbarrier.init.shared.b64 [%r2], 8; bar.warp.sync -1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r2], 32;
    @%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r4], [%rd3], 32, [%r2];
    WAIT: mbarrier.try_wait.parity.shared::cta.b64 %p3, [%r2], 0;
    @!%p3 bra WAIT;
    mul.lo.u32 %r6, %r0, 8; add.u32 %r6, %r6, %r1; ld.shared.u64 %rd4, [%r6+48];
    st.global.u64 [%rd1], %rd4;"""
    program = ptx_kernel(body, before=BEFORE.replace("1024", "2048"))
    assert is_translated(program)
    values = np.arange(300, dtype=np.uint64)
    outcome = execute(program, "k", launch_of(1, 32), [values])
    assert outcome.arrays[0][:6].tolist() == [8, 9, 10, 11, 0, 0]
