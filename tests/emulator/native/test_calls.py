"""Calls in native code; `instructions.test_calls` has more kernels that both executors run."""

import numpy as np
import pytest

from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.kernels import native_kernel
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import run
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import compiled, execute, launch_of, ptx_kernel
from tests.emulator.instructions.test_calls import SOURCE as CALLS


def is_native(program: Program, kernel: str) -> bool:
    memory, linked = GlobalMemory(), link(program, kernel)
    return native_kernel(linked, lay_out(program, linked.function, 0, memory), memory) is not None


CALLING = ("recursive", "mutual", "frames", "sorts", "pointers", "wild", "shapes", "overflow")
OF_THE_RUNTIME = ("prints", "asserts", "lists", "exhausts", "frees_twice")


@pytest.mark.parametrize("kernel", [*CALLING, *OF_THE_RUNTIME])
def test_calls_are_translated(kernel: str) -> None:
    assert is_native(compiled(CALLS), kernel)


SOURCE = r"""
struct Pair { double sum; int count; char rest[20]; };
__device__ __noinline__ Pair descend(Pair pair, int n, const int* values) {
    if (n == 0) return pair;
    pair.sum += values[n] * 0.5; pair.count += n % 3; pair.rest[n % 20] += n;
    if (values[n] % 3 == 0) return pair;
    Pair left = descend(pair, n - 1, values);
    Pair right = descend(left, n / 2, values);
    right.sum += left.sum * 0.25 + pair.count;
    return right;
}
extern "C" __global__ void structures(double* out, const int* values, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    Pair pair = {double(i), i % 7, {}};
    if (i % 5) pair = descend(pair, i % n, values);
    __syncthreads();
    out[i] = pair.sum + pair.count * 1000 + pair.rest[i % 20];
}

typedef int (*Step)(int, int);
__device__ int twice(int a, int) { return 2 * a; }
__device__ int climb(int a, int b);
__device__ int reach(int a, int b) { return b <= 0 ? a : a ^ b; }
__device__ Step steps[4] = {twice, climb, reach, climb};
__device__ __noinline__ int climb(int a, int b) { return b <= 0 ? a : steps[(a + b) & 3](a + b, b - 1) + b; }
extern "C" __global__ void through_table(int* out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, sum = 0;
    for (int k = 0; k < i % 4; k++) sum += steps[(i + k) & 3](i + k, k + 3);
    out[i] = sum;
}
"""


def test_structures_through_a_recursion_that_branches() -> None:
    values = np.random.default_rng(3).integers(0, 50, 16, np.int32)

    def descend(total: float, count: int, rest: list[int], n: int) -> tuple[float, int, list[int]]:
        if n == 0:
            return total, count, rest
        total, count, rest = total + int(values[n]) * 0.5, count + n % 3, rest.copy()
        rest[n % 20] += n
        if values[n] % 3 == 0:
            return total, count, rest
        left = descend(total, count, rest, n - 1)
        right = descend(*left, n // 2)
        return right[0] + (left[0] * 0.25 + count), right[1], right[2]

    def expected(i: int) -> float:
        pair = (float(i), i % 7, [0] * 20)
        total, count, rest = descend(*pair, i % 6) if i % 5 else pair
        return total + count * 1000 + rest[i % 20]

    program = compiled(SOURCE)
    outcome = execute(program, "structures", launch_of(2, 40), [np.zeros(80), values, np.int32(6)])
    np.testing.assert_allclose(outcome.arrays[0], [expected(i) for i in range(80)], rtol=1e-14)
    assert is_native(program, "structures")


def test_a_function_that_calls_itself_through_a_table() -> None:
    def step(number: int, a: int, b: int) -> int:
        return [lambda: 2 * a, lambda: climb(a, b), lambda: a if b <= 0 else a ^ b][min(number, 4 - number)]()

    def climb(a: int, b: int) -> int:
        return a if b <= 0 else step((a + b) & 3, a + b, b - 1) + b

    program = compiled(SOURCE)
    outcome = execute(program, "through_table", launch_of(2, 48), [np.zeros(96, np.int32)])
    expected = [sum(step((i + k) & 3, i + k, k + 3) for k in range(i % 4)) for i in range(96)]
    assert outcome.arrays[0].tolist() == expected
    assert is_native(program, "through_table")


INDEXED = """
    and.b32 %r1, %r0, 3;
    setp.lt.u32 %p1, %r0, 24;
    ld.global.u32 %r4, [%rd0+512];
    add.u32 %r2, %r1, %r4;
targets: .branchtargets FIRST, SECOND, THIRD, FIRST;
AGAIN:
    @%p1 brx.idx %r2, targets;
    mov.u64 %rd2, 400; bra DONE;
FIRST: mov.u64 %rd2, 100; bra DONE;
SECOND: mov.u64 %rd2, 200; bra DONE;
THIRD: mov.u32 %r2, 0; bra AGAIN;
DONE: st.global.u64 [%rd1], %rd2;
"""


def test_indexed_branches_forwards_and_back() -> None:
    program = ptx_kernel(INDEXED)
    outcome = execute(program, "k", launch_of(1, 64), [np.zeros(72, np.uint64)])
    expected = [[100, 200, 100, 100][i % 4] if i < 24 else 400 for i in range(64)]
    assert outcome.arrays[0][:64].tolist() == expected
    assert is_native(program, "k")


def test_an_index_behind_the_targets_is_a_fault() -> None:
    memory = np.zeros(72, np.uint64)
    memory[64] = 3
    with pytest.raises(GpuAdvisorError, match="branch index 4 of 4 targets"):
        execute(ptx_kernel(INDEXED), "k", launch_of(1, 64), [memory])


def test_a_stack_pointer_beyond_the_stack_is_a_fault() -> None:
    body = "    mov.u64 %rd2, -64; stackrestore.u64 %rd2; alloca.u64 %rd3, 64; st.global.u64 [%rd1], %rd3;"
    with pytest.raises(GpuAdvisorError, match="stack overflow"):
        execute(ptx_kernel(body), "k", launch_of(1, 32), [np.zeros(32, np.uint64)])


def test_calls_after_a_stack_that_was_cut_short_end() -> None:
    """The stack pointer is lowered in each activation: nothing but the number of activations bounds them."""
    before = """.func (.param .b32 r) down(.param .b32 n) {
    .reg .b32 %r<4>; .reg .b64 %rd<4>; .reg .pred %p; .param .b32 x; .param .b32 y;
    stacksave.u64 %rd1; sub.u64 %rd1, %rd1, 64; stackrestore.u64 %rd1;
    ld.param.u32 %r1, [n]; setp.eq.u32 %p, %r1, 0; mov.u32 %r3, 7; @%p bra DONE;
    sub.u32 %r2, %r1, 1; st.param.b32 [x], %r2; call (y), down, (x); ld.param.b32 %r3, [y];
    add.u32 %r3, %r3, %r1;
DONE: st.param.b32 [r], %r3; ret; }"""
    body = """.param .b32 x; .param .b32 y; mov.u32 %r1, {}; st.param.b32 [x], %r1; call (y), down, (x);
    ld.param.b32 %r2, [y]; cvt.u64.u32 %rd2, %r2; st.global.u64 [%rd1], %rd2;"""
    program = ptx_kernel(body.format(200), before=before)
    outcome = execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    assert outcome.arrays[0].tolist() == [7 + 200 * 201 // 2] * 32
    assert is_native(program, "k")
    with pytest.raises(GpuAdvisorError, match="stack overflow"):
        run(
            ptx_kernel(body.format(300), before=before), "k", launch_of(1, 32), [np.uint64(0)], GlobalMemory()
        )


def test_parameters_beyond_their_end_are_a_fault() -> None:
    body = """
    mov.b64 %rd2, p0; cvta.param.u64 %rd3, %rd2;
    ld.u64 %rd4, [%rd3]; ld.param.u64 %rd5, [%rd2]; sub.u64 %rd4, %rd4, %rd5; st.global.u64 [%rd1], %rd4;
    mad.wide.u32 %rd3, %r0, 8, %rd3; ld.u64 %rd6, [%rd3+0];
    """
    with pytest.raises(GpuAdvisorError, match="outside the kernel's parameters") as caught:
        execute(ptx_kernel(body), "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    assert "thread (1, 0, 0)" in str(caught.value)
    assert is_native(ptx_kernel(body), "k")


RUNTIME = r"""
#include <cassert>
#include <cstdio>
extern "C" __global__ void nodes(long long* out, const int* in, int n) {
    struct Node { Node* next; long long value; char unused[4000]; };
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    __shared__ Node* shared[32]; __shared__ char word[8];
    Node* head = nullptr;
    for (int k = 0; k < in[i]; k++) {
        Node* node = (Node*)malloc(sizeof(Node));
        node->next = head; node->value = i * 100 + k; head = node;
    }
    shared[threadIdx.x] = head;
    if (threadIdx.x == 0) word[0] = 'w', word[1] = '0' + blockIdx.x, word[2] = 0;
    __syncthreads();
    long long sum = 0;
    for (Node* node = shared[(threadIdx.x + 1) % blockDim.x]; node; node = node->next) sum += node->value;
    __syncthreads();
    if (i % 3 == 0) while (head) { Node* next = head->next; free(head); head = next; }
    out[i] = sum;
    if (i % 16 == 3) printf("%s %d\n", word, i);
}
extern "C" __global__ void checks(int* out, const int* in) {
    for (int i = threadIdx.x; i < 200; i += blockDim.x) { assert(in[i] < 50); atomicAdd(out, in[i]); }
}
"""


def test_lists_of_malloc_that_neighbours_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Enough nodes for memory to move while the kernel runs; others reuse what blocks free, in any order."""
    lengths = np.random.default_rng(4).integers(0, 14, 64, np.int32)
    arguments = [np.zeros(64, np.int64), lengths, np.int32(0)]
    program = compiled(RUNTIME)
    found = execute(program, "nodes", launch_of(2, 32), arguments, races=True).arrays[0]
    sums = [sum(i * 100 + k for k in range(length)) for i, length in enumerate(lengths.tolist())]
    expected = [sums[i // 32 * 32 + (i + 1) % 32] for i in range(64)]
    assert found.tolist() == expected
    assert is_native(program, "nodes")
    lines = "".join(f"w{i // 32} {i}\n" for i in range(3, 64, 16))
    assert capsys.readouterr().err == 2 * lines


def test_assertions_that_hold_and_one_that_does_not() -> None:
    values = np.arange(200, dtype=np.int32) % 50
    program = compiled(RUNTIME)
    outcome = execute(program, "checks", launch_of(1, 64), [np.zeros(1, np.int32), values])
    assert outcome.arrays[0][0] == values.sum()
    assert is_native(program, "checks")
    values[150] = 50
    with pytest.raises(GpuAdvisorError, match="assertion failed: in\\[i\\] < 50") as caught:
        execute(program, "checks", launch_of(1, 64), [np.zeros(1, np.int32), values])
    assert "thread (22, 0, 0)" in str(caught.value)
