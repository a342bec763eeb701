"""Device functions: recursion, pointers, virtual functions, stacks, and the device runtime."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.run import run
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import compiled, execute, launch_of, run_ptx

SOURCE = r"""
#include <cassert>
#include <cstdio>
__device__ __noinline__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
extern "C" __global__ void recursive(int* out) { out[threadIdx.x] = fibonacci(threadIdx.x % 13); }

__device__ int is_odd(int n);
__device__ __noinline__ int is_even(int n) { return n == 0 ? 1 : is_odd(n - 1); }
__device__ __noinline__ int is_odd(int n) { return n == 0 ? 0 : is_even(n - 1); }
extern "C" __global__ void mutual(int* out) { out[threadIdx.x] = is_even(threadIdx.x); }

struct Link { const Link* before; int value; };
__device__ __noinline__ int path_sum(const Link* before, int depth, const int* values) {
    Link own = {before, values[depth]};
    if (depth == 5) {
        int sum = 0;
        for (const Link* link = &own; link; link = link->before) sum = sum * 3 + link->value;
        return sum;
    }
    int deeper = path_sum(&own, depth + 1, values);
    return deeper + own.value;
}
extern "C" __global__ void frames(int* out, const int* values) {
    out[threadIdx.x] = path_sum(nullptr, threadIdx.x % 6, values);
}

__device__ __noinline__ void sort(int* values, int low, int high) {
    if (low >= high) return;
    int pivot = values[(low + high) / 2], i = low, j = high;
    while (i <= j) {
        while (values[i] < pivot) i++;
        while (values[j] > pivot) j--;
        if (i <= j) { int t = values[i]; values[i++] = values[j]; values[j--] = t; }
    }
    sort(values, low, j);
    sort(values, i, high);
}
extern "C" __global__ void sorts(int* values, int n) { sort(values + threadIdx.x * n, 0, n - 1); }

typedef float (*Function)(float, float);
__device__ float add(float a, float b) { return a + b; }
__device__ float multiply(float a, float b) { return a * b; }
__device__ __noinline__ float power(float a, float n) { return n < 1 ? 1 : a * power(a, n - 1); }
__device__ Function table[3] = {add, multiply, power};
extern "C" __global__ void pointers(float* out, const float* a, const float* b) {
    int i = threadIdx.x;
    out[i] = table[i % 3](a[i], b[i]);
}
extern "C" __global__ void wild(float* out, unsigned long long address) {
    out[threadIdx.x] = ((Function)address)(1, 2);
}

struct Shape { __device__ virtual float area() const = 0; };
struct Square : Shape { float side; __device__ float area() const override { return side * side; } };
struct Ring : Shape { float r, s; __device__ float area() const override { return (r * r - s * s) * 3; } };
extern "C" __global__ void shapes(float* out) {
    Square square; square.side = threadIdx.x;
    Ring ring; ring.r = threadIdx.x + 1; ring.s = threadIdx.x;
    const Shape* shape = threadIdx.x % 2 ? (const Shape*)&square : &ring;
    out[threadIdx.x] = shape->area();
}

extern "C" __global__ void prints(float x) {
    if (threadIdx.x < 3)
        printf("%d|%5u|%-4x|%s|%c|%.2f|%lld|%%\n", -(int)threadIdx.x, 7u, 255, "text", 'q', x, 1LL << 40);
}
extern "C" __global__ void asserts(const int* in) { assert(in[threadIdx.x] >= 0 && "never negative"); }
extern "C" __global__ void lists(int* out, int n) {
    struct Node { Node* next; int value; };
    Node* head = nullptr;
    for (int i = 0; i < n; i++) {
        Node* node = (Node*)malloc(sizeof(Node));
        node->next = head; node->value = i * threadIdx.x;
        head = node;
    }
    int sum = 0;
    while (head) { Node* next = head->next; sum = sum * 2 + head->value; free(head); head = next; }
    out[threadIdx.x] = sum;
}
extern "C" __global__ void exhausts(int* out) {
    while (malloc(3 << 20)) out[0]++;
}
extern "C" __global__ void frees_twice() { void* p = malloc(8); free(p); free(p); }
__device__ __noinline__ int endless(int n) { return n == -1 ? 0 : endless(n + 1) * 3 ^ n; }
extern "C" __global__ void overflow(int* out) { out[0] = endless(out[0]); }
"""


def ints(kernel: str, threads: int, *more: object) -> list[int]:
    arrays = [np.zeros(threads, np.int32), *more]
    found: list[int] = execute(compiled(SOURCE), kernel, launch_of(1, threads), arrays).arrays[0].tolist()
    return found


def test_a_function_that_calls_itself_twice() -> None:
    numbers = [0, 1]
    while len(numbers) < 13:
        numbers.append(numbers[-1] + numbers[-2])
    assert ints("recursive", 64) == [numbers[i % 13] for i in range(64)]


def test_functions_that_call_each_other() -> None:
    assert ints("mutual", 40) == [1 - i % 2 for i in range(40)]


def test_local_variables_of_waiting_activations_can_be_reached() -> None:
    values = np.array([3, 1, 4, 1, 5, 9], np.int32)

    def path_sum(chain: list[int], depth: int) -> int:
        own = [*chain, int(values[depth])]
        if depth == 5:
            total = 0
            for value in reversed(own):
                total = total * 3 + value
            return total
        return path_sum(own, depth + 1) + int(values[depth])

    assert ints("frames", 32, values) == [path_sum([], i % 6) for i in range(32)]


def test_quicksort() -> None:
    values = np.random.default_rng(1).integers(0, 100, (48, 20), np.int32)
    outcome = execute(compiled(SOURCE), "sorts", launch_of(1, 48), [values, np.int32(20)])
    np.testing.assert_array_equal(outcome.arrays[0], np.sort(values, axis=1))


def test_each_thread_calls_what_its_pointer_points_to() -> None:
    a = np.arange(1, 33, dtype=np.float32) / 8
    b = (np.arange(32) % 4).astype(np.float32)
    outcome = execute(compiled(SOURCE), "pointers", launch_of(1, 32), [np.zeros_like(a), a, b])
    power = np.ones_like(a)
    for step in range(3):
        power = np.where(b > step, a * power, power)
    expected = np.choose(np.arange(32) % 3, [a + b, a * b, power])
    np.testing.assert_array_equal(outcome.arrays[0], expected)


def test_virtual_functions() -> None:
    i = np.arange(32, dtype=np.float32)
    outcome = execute(compiled(SOURCE), "shapes", launch_of(1, 32), [np.zeros_like(i)])
    expected = np.where(i % 2, i * i, ((i + 1) * (i + 1) - i * i) * 3)
    np.testing.assert_allclose(outcome.arrays[0], expected, rtol=1e-6)


def test_a_wild_pointer_is_a_fault() -> None:
    arguments = [np.zeros(32, np.float32), np.uint64(0x1234)]
    with pytest.raises(GpuAdvisorError, match="call of address 0x1234: no function of this kind"):
        execute(compiled(SOURCE), "wild", launch_of(1, 32), arguments)


def test_printf_writes_in_thread_order(capsys: pytest.CaptureFixture[str]) -> None:
    run(compiled(SOURCE), "prints", launch_of(2, 64), [np.float32(1.5)], GlobalMemory())
    line = "{}|    7|ff  |text|q|1.50|1099511627776|%\n"
    assert capsys.readouterr().err == "".join(line.format(-i) for i in range(3)) * 2


def test_a_failed_assertion_names_line_thread_and_message() -> None:
    values = np.ones(64, np.int32)
    values[40] = -1
    with pytest.raises(GpuAdvisorError) as caught:
        execute(compiled(SOURCE), "asserts", launch_of(1, 64), [values])
    message = str(caught.value)
    assert "thread (40, 0, 0)" in message
    assert "never negative" in message
    assert "asserts" in message


def test_lists_on_the_device_heap() -> None:
    def folded(thread: int) -> int:
        total = 0
        for i in reversed(range(5)):
            total = total * 2 + i * thread
        return total

    memory = GlobalMemory()
    arrays = [np.zeros(32, np.int32), np.int32(5)]
    outcome = execute(compiled(SOURCE), "lists", launch_of(1, 32), arrays, memory=memory)
    assert outcome.arrays[0].tolist() == [folded(thread) for thread in range(32)]


def test_freeing_twice_is_a_fault() -> None:
    with pytest.raises(GpuAdvisorError, match=r"free of 0x[0-9a-f]*, which malloc did not give"):
        execute(compiled(SOURCE), "frees_twice", launch_of(1, 1), [])


def test_the_device_heap_has_8_mebibytes() -> None:
    assert ints("exhausts", 1) == [2]


def test_recursion_without_end_overflows_the_stack() -> None:
    with pytest.raises(GpuAdvisorError, match="stack overflow"):
        execute(compiled(SOURCE), "overflow", launch_of(1, 1), [np.ones(1, np.int32)])


def test_alloca_gives_each_thread_bytes_of_its_own() -> None:
    found = run_ptx(
        """
    .reg .b64 %top;
    stacksave.u64 %top;
    cvt.u64.u32 %rd2, %r0; add.u64 %rd3, %rd2, 1; shl.b64 %rd3, %rd3, 3;
    alloca.u64 %rd4, %rd3, 16;
    alloca.u64 %rd5, 8;
    st.local.u64 [%rd4], %rd2;
    st.local.u64 [%rd5], 7;
    ld.local.u64 %rd6, [%rd4];
    ld.local.u64 %rd7, [%rd5];
    mad.lo.u64 %rd6, %rd6, 10, %rd7;
    stackrestore.u64 %top;
    alloca.u64 %rd8, 8;
    sub.u64 %rd8, %rd8, %rd4;
    mad.lo.u64 %rd6, %rd8, 1000, %rd6;
    st.global.u64 [%rd1], %rd6;
    """
    )
    np.testing.assert_array_equal(found, np.arange(32) * 10 + 7)
