"""Loops that poll memory in native code: they end, and where they cannot, the run says so at once."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import turns
from gpuadvisor.emulator.native.kernels import native_kernel
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, compiled, execute, launch_of

SOURCE = r"""
extern "C" __global__ void largest(float* out, const float* values) {
    int* place = (int*)out;
    float mine = values[blockIdx.x * blockDim.x + threadIdx.x];
    int old = *place, seen;
    while (__int_as_float(old) < mine) {
        seen = old;
        old = atomicCAS(place, seen, __float_as_int(mine));
        if (old == seen) break;
    }
}
extern "C" __global__ void visit(const int* rows, const int* columns, int* distance, int* queue, int* tail,
                                 int vertices) {
    __shared__ int head, end;
    if (threadIdx.x == 0) { head = 0; }
    __syncthreads();
    for (;;) {
        if (threadIdx.x == 0) end = *(volatile int*)tail;
        __syncthreads();
        if (head == end) return;
        for (int i = head + threadIdx.x; i < end; i += blockDim.x) {
            int vertex = queue[i];
            for (int edge = rows[vertex]; edge < rows[vertex + 1]; edge++) {
                int next = columns[edge];
                int seen = atomicCAS(&distance[next], -1, distance[vertex] + 1);
                if (seen == -1) queue[atomicAdd(tail, 1)] = next;
            }
        }
        __syncthreads();
        if (threadIdx.x == 0) head = end;
        __syncthreads();
    }
}
extern "C" __global__ void tickets(unsigned* next, volatile unsigned* serving, unsigned* order,
                                   unsigned* sum) {
    for (int lane = 0; lane < 32; lane++) {
        if (threadIdx.x % 32 == lane) {
            unsigned mine = atomicAdd(next, 1u);
            while (*serving != mine) { }
            order[mine] = sum[0];
            sum[0] += mine;
            __threadfence();
            *serving = mine + 1;
        }
        __syncwarp();
    }
}
extern "C" __global__ void insert(unsigned* table, const unsigned* keys, unsigned mask) {
    unsigned key = keys[blockIdx.x * blockDim.x + threadIdx.x], slot = key * 2654435761u & mask;
    for (;;) {
        unsigned old = atomicCAS(&table[slot], 0u, key);
        if (old == 0u || old == key) break;
        slot = (slot + 1) & mask;
    }
}
__device__ void meet(unsigned* arrived, unsigned round) {
    __syncthreads();
    if (threadIdx.x == 0) {
        __threadfence();
        atomicAdd(arrived, 1u);
        while (atomicAdd(arrived, 0u) < round * gridDim.x) { }
    }
    __syncthreads();
}
extern "C" __global__ void rotate(unsigned* arrived, int* data, int rounds) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, n = gridDim.x * blockDim.x;
    for (int r = 0; r < rounds; r++) {
        int next = ((volatile int*)data)[(i + 97) % n];
        meet(arrived, 2 * r + 1);
        data[i] = next + 1;
        meet(arrived, 2 * r + 2);
    }
}
extern "C" __global__ void look_back(volatile int* states, volatile int* totals, const int* in, int* out) {
    __shared__ int before;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int count = __syncthreads_count(in[i]);
    if (threadIdx.x == 0) {
        before = 0;
        if (blockIdx.x > 0) {
            while (states[blockIdx.x - 1] == 0) { }
            before = totals[blockIdx.x - 1];
        }
        totals[blockIdx.x] = before + count;
        __threadfence();
        states[blockIdx.x] = 1;
    }
    __syncthreads();
    out[i] = before;
}
extern "C" __global__ void backwards(volatile int* states, int* out) {
    int after = blockIdx.x + 1;
    if (after < gridDim.x) { while (states[after] == 0) { } }
    out[blockIdx.x] = states[gridDim.x];
    states[gridDim.x] += 1;
    __threadfence();
    states[blockIdx.x] = 1;
}
extern "C" __global__ void in_vain(volatile int* flag, int* lock, int* out, int how) {
    if (how == 0) while (flag[threadIdx.x] == 0) { }
    if (how == 1) while (atomicCAS(lock, 0, 1) != 0) { }
    if (how == 2) { if (threadIdx.x < 32) while (flag[0] == 0) { } __syncthreads(); }
    if (how == 3) { int rounds = 0; while (flag[0] == 0) rounds++; out[threadIdx.x] = rounds; }
    out[threadIdx.x] = 1;
}
extern "C" __global__ void gives_up(volatile int* flag, int* out) {
    int rounds = 0;
    while (flag[0] == 0 && rounds < 500) rounds++;
    out[threadIdx.x] = rounds;
}
extern "C" __global__ void gives_up_in_time(volatile int* flag, int* out) {
    long long start = clock64();
    while (flag[0] == 0 && clock64() - start < 2000) { }
    out[threadIdx.x] = 1;
}
"""
RANDOM = np.random.default_rng(12)
Ints = NDArray[np.int32]


def _zeros(count: int) -> Ints:
    return np.zeros(count, np.int32)


@pytest.mark.parametrize(
    "kernel", ["largest", "visit", "tickets", "insert", "rotate", "backwards", "in_vain", "gives_up_in_time"]
)
def test_polling_kernels_run_in_native_code(kernel: str) -> None:
    memory, program = GlobalMemory(), compiled(SOURCE, "polling.cu")
    linked = link(program, kernel)
    assert native_kernel(linked, lay_out(program, linked.function, 0, memory), memory) is not None


@pytest.mark.parametrize(("grid", "block"), [(1, 32), (1, 20), (9, 256)])
def test_largest_of_floats_by_compare_and_swap(grid: int, block: int) -> None:
    values = RANDOM.uniform(1, 9, grid * block).astype(np.float32)
    arguments: list[Array] = [np.zeros(1, np.float32), values]
    program = compiled(SOURCE, "polling.cu")
    outcome = execute(program, "largest", launch_of(grid, block), arguments, races=grid > 1)
    assert outcome.arrays[0][0] == values.max()


def _distances(rows: Ints, columns: Ints, vertices: int) -> Ints:
    found = np.full(vertices, -1, np.int32)
    found[0], frontier, depth = 0, [0], 0
    while frontier:
        depth += 1
        following = {int(n) for v in frontier for n in columns[rows[v] : rows[v + 1]] if found[n] < 0}
        found[list(following)] = depth
        frontier = sorted(following)
    return found


def test_breadth_first_search_claims_each_vertex_once() -> None:
    vertices = 300
    degrees = RANDOM.integers(0, 6, vertices)
    rows = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int32)
    columns = RANDOM.integers(0, vertices, rows[-1]).astype(np.int32)
    distance, queue, tail = np.full(vertices, -1, np.int32), _zeros(vertices), np.ones(1, np.int32)
    distance[0] = 0
    arrays = [rows, columns, distance, queue, tail]
    memory = GlobalMemory()
    addresses = [memory.allocate(array.nbytes, f"array{n}") for n, array in enumerate(arrays)]
    for address, array in zip(addresses, arrays, strict=True):
        memory.write(address, array.tobytes())
    arguments: list[np.generic] = [np.uint64(address) for address in addresses]
    program = compiled(SOURCE, "polling.cu")
    run(program, "visit", launch_of(1, 128), [*arguments, np.int32(vertices)], memory)
    expected = _distances(rows, columns, vertices)
    np.testing.assert_array_equal(np.frombuffer(memory.read(addresses[2], 4 * vertices), np.int32), expected)
    reached = np.frombuffer(memory.read(addresses[3], 4 * vertices), np.int32)[: (expected >= 0).sum()]
    assert sorted(reached.tolist()) == np.flatnonzero(expected >= 0).tolist()


@pytest.mark.parametrize(("grid", "block"), [(1, 32), (3, 64)])
def test_ticket_lock_serves_in_order(grid: int, block: int) -> None:
    count = grid * block
    arguments = [np.zeros(size, np.uint32) for size in (1, 1, count, 1)]
    program = compiled(SOURCE, "polling.cu")
    outcome = execute(program, "tickets", launch_of(grid, block), arguments, races=count > 32)
    numbers = np.arange(count)
    np.testing.assert_array_equal(outcome.arrays[2], np.cumsum(numbers) - numbers)


def test_hash_table_holds_every_key() -> None:
    keys = RANDOM.integers(1, 1 << 31, 4 * 128).astype(np.uint32)
    memory = GlobalMemory()
    table, given = memory.allocate(4 * 1024, "table"), memory.allocate(keys.nbytes, "keys")
    memory.write(given, keys.tobytes())
    arguments: list[np.generic] = [np.uint64(table), np.uint64(given), np.uint32(1023)]
    run(compiled(SOURCE, "polling.cu"), "insert", launch_of(4, 128), arguments, memory)
    held = np.frombuffer(memory.read(table, 4 * 1024), np.uint32)
    assert sorted(held[held > 0].tolist()) == np.unique(keys).tolist()


@pytest.mark.parametrize(("grid", "block"), [(7, 32), (40, 64)])
def test_all_blocks_meet_at_a_barrier_of_the_kernels_own(grid: int, block: int) -> None:
    data = RANDOM.integers(0, 1000, grid * block).astype(np.int32)
    arguments: list[Array | np.generic] = [np.zeros(1, np.uint32), data, np.int32(2)]
    program = compiled(SOURCE, "polling.cu")
    outcome = execute(program, "rotate", launch_of(grid, block), arguments, races=True)
    np.testing.assert_array_equal(outcome.arrays[1], np.roll(data, -2 * 97) + 2)


def test_blocks_wait_for_later_ones() -> None:
    blocks = 12
    arguments = [_zeros(blocks + 1), _zeros(blocks)]
    program = compiled(SOURCE, "polling.cu")
    outcome = execute(program, "backwards", launch_of(blocks, 1), arguments, races=True)
    assert outcome.arrays[1].tolist() == list(range(blocks))[::-1]


def test_blocks_look_back_at_those_before() -> None:
    values = RANDOM.integers(0, 2, 20 * 64).astype(np.int32)
    arguments = [_zeros(20), _zeros(20), values, _zeros(20 * 64)]
    program = compiled(SOURCE, "polling.cu")
    outcome = execute(program, "look_back", launch_of(20, 64), arguments, races=True)
    ends = np.cumsum(values.reshape(20, 64).sum(axis=1))
    np.testing.assert_array_equal(outcome.arrays[1], ends)
    np.testing.assert_array_equal(outcome.arrays[3].reshape(20, 64)[:, 0], ends - np.diff(ends, prepend=0))


@pytest.mark.parametrize("how", [0, 1, 2, 3])
def test_threads_that_poll_in_vain_are_told_at_once(how: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_FRUITLESS_TURNS", 1 << 12)
    memory = GlobalMemory()
    flag, lock, out = (memory.allocate(4 * 64, name) for name in ("flag", "lock", "out"))
    memory.write(lock, np.ones(1, np.int32).tobytes())
    arguments: list[np.generic] = [np.uint64(flag), np.uint64(lock), np.uint64(out), np.int32(how)]
    with pytest.raises(GpuAdvisorError, match="does not end: all threads that are left") as caught:
        run(compiled(SOURCE, "polling.cu"), "in_vain", launch_of(3, 64), arguments, memory)
    assert "polling.cu" in str(caught.value)
    assert "block (0, 0, 0), thread (0, 0, 0)" in str(caught.value)


def test_a_sample_that_waits_for_other_blocks_is_told() -> None:
    memory = GlobalMemory()
    states, out = memory.allocate(4 * 101, "states"), memory.allocate(400, "out")
    options = RunOptions(blocks=[0, 50, 99])
    arguments = [np.uint64(states), np.uint64(out)]
    with pytest.raises(GpuAdvisorError, match="run all 100"):
        run(compiled(SOURCE, "polling.cu"), "backwards", launch_of(100, 1), arguments, memory, options)


@pytest.mark.parametrize(("kernel", "expected"), [("gives_up", 500), ("gives_up_in_time", 1)])
def test_threads_may_give_up(kernel: str, expected: int) -> None:
    arguments = [_zeros(1), _zeros(32)]
    outcome = execute(compiled(SOURCE, "polling.cu"), kernel, launch_of(1, 32), arguments)
    assert outcome.arrays[1].tolist() == [expected] * 32
