"""What stops a run, and what the message says: source line, block, thread, and what to look at."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.emulator.harness import DEFAULT, Array, compiled, execute, launch_of, ptx_kernel

SOURCE = r"""extern "C" __device__ void __assertfail(const char*, const char*, unsigned, const char*, size_t);
extern "C" __global__ void overrun(float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = i;                                             // line 4
}
extern "C" __global__ void misaligned(float* out) {
    float4* vectors = (float4*)(out + threadIdx.y);
    vectors[0] = make_float4(1, 2, 3, 4);                   // line 8
}
extern "C" __global__ void endless(volatile int* out) {
    while (true) out[threadIdx.x]++;                        // line 11
}
extern "C" __global__ void shared_overrun(float* out) {
    extern __shared__ float tile[];
    tile[threadIdx.x] = 1;                                  // line 15
    __syncthreads();
    out[threadIdx.x] = tile[threadIdx.x];
}
extern "C" __global__ void asserts(int* out) {
    if (threadIdx.x == 5) __assertfail("i > 0", "bad.cu", 20, "asserts", 1);  // line 20
    out[threadIdx.x] = 1;
}
extern "C" __global__ void traps(int* out) {
    if (threadIdx.x == 33) __trap();                        // line 24
    out[threadIdx.x] = 1;
}
extern "C" __global__ void store(int* out) { *out = 3; }
"""


def fails(kernel: str, launch: Launch, *arguments: Array | np.generic, options: RunOptions = DEFAULT) -> str:
    with pytest.raises(GpuAdvisorError) as caught:
        execute(compiled(SOURCE, "bad.cu"), kernel, launch, arguments, options)
    return str(caught.value)


def test_address_behind_a_buffer() -> None:
    message = fails("overrun", launch_of((3, 1), 64), np.zeros(150, np.float32), np.int32(0))
    assert "bad.cu:4, block (2, 0, 0), thread (22, 0, 0)" in message
    assert "store of 4 bytes" in message
    assert "0 bytes past the end of 'array0' of 600 bytes" in message


def test_null_pointer() -> None:
    message = fails("store", launch_of(1, 1), np.uint64(0))
    assert "address 0x0 is outside every buffer" in message


def test_misaligned_vector() -> None:
    message = fails("misaligned", launch_of(1, (1, 3)), np.zeros(32, np.float32))
    assert "bad.cu:8, block (0, 0, 0), thread (0, 1, 0)" in message
    assert "not aligned to 16 bytes" in message


def test_kernel_that_does_not_end() -> None:
    message = fails(
        "endless", launch_of(2, 32), np.zeros(32, np.int32), options=RunOptions(instruction_budget=500)
    )
    assert "bad.cu:11, block (0, 0, 0), thread (0, 0, 0)" in message
    assert "more than 500 instructions" in message


def test_budget_counts_each_warp_and_spares_a_kernel_within_it() -> None:
    arrays = [np.zeros(64 * 200, np.float32), np.int32(0)]
    outcome = execute(
        compiled(SOURCE, "bad.cu"), "overrun", launch_of(200, 64), arrays, RunOptions(instruction_budget=30)
    )
    assert outcome.arrays[0][-1] == 64 * 200 - 1


def test_too_little_shared_memory() -> None:
    message = fails("shared_overrun", launch_of(1, 64, shared=128), np.zeros(64, np.float32))
    assert "bad.cu:15, block (0, 0, 0), thread (32, 0, 0)" in message
    assert "shared memory of 128 bytes: address 0x80 is 4 bytes past its end" in message


def test_failing_assertion() -> None:
    message = fails("asserts", launch_of(1, 32), np.zeros(32, np.int32))
    assert "bad.cu:20, block (0, 0, 0), thread (5, 0, 0)" in message
    assert "assertion" in message


def test_trap_names_the_thread_that_executed_it() -> None:
    message = fails("traps", launch_of(1, 64), np.zeros(64, np.int32))
    assert "bad.cu:24, block (0, 0, 0), thread (33, 0, 0)" in message
    assert "trap" in message


def test_unknown_kernel_lists_those_there_are() -> None:
    assert "no kernel 'nothing'" in (message := fails("nothing", launch_of(1, 1)))
    assert "overrun" in message


@pytest.mark.parametrize(
    "arguments",
    [
        [np.zeros(4, np.float32)],
        [np.zeros(4, np.float32), np.int64(1)],
        [np.zeros(4, np.float32), np.int32(1), np.int32(1)],
    ],
)
def test_arguments_that_do_not_match(arguments: list[np.generic]) -> None:
    message = fails("overrun", launch_of(1, 1), *arguments)
    assert "takes 8 bytes (u64), 4 bytes (u32)" in message or "takes 8 bytes (b64), 4 bytes (b32)" in message


@pytest.mark.parametrize("threads", [0, 2000])
def test_impossible_blocks(threads: int) -> None:
    assert "threads per block" in fails(
        "overrun", launch_of(1, threads), np.zeros(4, np.float32), np.int32(1)
    )


def run_body(body: str, threads: int = 64) -> None:
    execute(ptx_kernel(body), "k", launch_of(1, threads), [np.zeros(threads, np.uint64)])


def test_unsupported_instruction_is_named_when_it_is_executed() -> None:
    body = "setp.eq.u32 %p1, %r0, 40;\n@%p1 frobnicate.rn.u32 %r1, %r2;"
    with pytest.raises(GpuAdvisorError) as caught:
        run_body(body)
    message = str(caught.value)
    assert "block (0, 0, 0), thread (40, 0, 0)" in message
    assert "frobnicate.rn.u32 is not supported" in message


def test_unsupported_instruction_that_no_thread_executes_is_no_error() -> None:
    run_body(
        "setp.eq.u32 %p1, %r0, 400;\n@%p1 wmma.load.a.sync.aligned.row.m16n16k16.f16 {%r1,%r2}, [%rd1], %r3;"
    )


def test_matrix_instructions_are_refused_by_name() -> None:
    with pytest.raises(GpuAdvisorError, match=r"wmma\.mma.* is not supported by the emulator.*PTX line \d+"):
        run_body("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {%f1}, {%r1}, {%r2}, {%f1};")


def test_barrier_with_too_few_threads() -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        run_body("bar.sync 1, 96;")
    assert "barrier 1 can never be reached" in str(caught.value)
    assert "block (0, 0, 0), thread (0, 0, 0)" in str(caught.value)


def test_barriers_waiting_for_each_other() -> None:
    body = "setp.lt.u32 %p1, %r0, 32;\n@%p1 bra A;\nbar.sync 1;\nbra B;\nA: bar.sync 2;\nB:"
    with pytest.raises(GpuAdvisorError, match=r"thread \(0, 0, 0\).*barrier 2 can never"):
        run_body(body)


def test_barrier_number_out_of_range() -> None:
    with pytest.raises(GpuAdvisorError, match="barrier 16"):
        run_body("setp.eq.u32 %p1, %r0, 0; mov.u32 %r1, 16; bar.sync %r1, 64;")


FUNCTION = ".func (.param .b32 r) f(.param .b32 a) { .reg .b32 %r<2>; st.param.b32 [r], 1; ret; }"


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        (
            "{ .param .b64 a; .param .b64 q; st.param.b64 [a], %rd0; call (q), mystery, (a); }",
            "a call of mystery",
        ),
        ("mbarrier.sideways.shared.b64 [%r1], 1;", "mbarrier.sideways.shared.b64"),
        (".reg .b128 %q; mov.b128 %q, {%rd1, %rd2, %rd3};", "mov.b128"),
        ("ld.global.b128 %rd3, [%rd1];", "ld.global.b128"),
        ("shfl.sync.sideways.b32 %r1, %r2, 1, 31, -1;", "shfl.sync.sideways.b32"),
        ("cvta.to.global.u64 %rd3;", "cvta.to.global.u64"),
        ("tex.2dms.v4.f32.s32 {%f1,%f2,%f3,%f4}, [%rd1, {%r1, %r2, %r2, %r2}];", "tex.2dms.v4.f32.s32"),
        ("multimem.red.relaxed.sys.global.add.u32 [%rd1], %r1;", "multimem.red"),
        (".reg .b128 %q; @%q mov.b32 %r1, %r2;", "mov.b32"),
    ],
)
def test_features_out_of_reach_are_refused_by_name(instruction: str, reason: str) -> None:
    program = ptx_kernel(instruction, before=FUNCTION)
    with pytest.raises(GpuAdvisorError, match="is not supported by the emulator") as caught:
        execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    assert reason in str(caught.value)


def test_freed_buffer_is_outside() -> None:
    memory = GlobalMemory()
    address = memory.allocate(64, "gone")
    memory.free(address)
    with pytest.raises(GpuAdvisorError, match="outside every buffer"):
        run(ptx_kernel("st.global.u64 [%rd1], %rd1;"), "k", launch_of(1, 8), [np.uint64(address)], memory)
