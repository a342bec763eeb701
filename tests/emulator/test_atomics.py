import numpy as np
import pytest

from gpuadvisor.emulator.instructions import contention
from tests.emulator.harness import Array, compiled, execute, launch_of, ptx_kernel

THREADS = 96


def serial(kind: str, old: int, value: int) -> int:
    """Return what PTX ISA says one atomic leaves behind, 32 bits unsigned."""
    return {
        "add": (old + value) & 0xFFFFFFFF,
        "inc": 0 if old >= value else old + 1,
        "dec": value if old == 0 or old > value else old - 1,
        "min": min(old, value),
        "max": max(old, value),
        "and": old & value,
        "or": old | value,
        "xor": old ^ value,
        "exch": value,
    }[kind]


def expected(kind: str, memory: list[int], slots: Array, values: Array) -> tuple[list[int], list[int]]:
    memory, found = list(memory), []
    for slot, value in zip(slots.tolist(), values.tolist(), strict=True):
        found.append(memory[slot])
        memory[slot] = serial(kind, memory[slot], value)
    return memory, found


def launch_atomic(
    statement: str, memory: Array, slots: Array, values: Array, space: str = "global"
) -> tuple[Array, Array]:
    """Run `statement` (%rd5 the address, %r5 the value, result in %r6); return memory and results."""
    width = memory.itemsize
    shared = f"""mov.u32 %r7, s; mad.lo.u32 %r8, %r3, {width}, %r7; cvt.u64.u32 %rd5, %r8;
        setp.lt.u32 %p1, %r0, 8; mad.wide.u32 %rd6, %r0, {width}, %rd0; mad.lo.u32 %r8, %r0, {width}, %r7;
        @%p1 ld.global.u32 %r9, [%rd6]; @%p1 st.shared.u32 [%r8], %r9; bar.sync 0;"""
    back = "bar.sync 0; @%p1 ld.shared.u32 %r9, [%r8]; @%p1 st.global.u32 [%rd6], %r9;"
    body = f"""ld.param.u64 %rd2, [p1]; ld.param.u64 %rd3, [p2]; ld.param.u64 %rd4, [p3];
        mad.wide.u32 %rd7, %r0, 4, %rd2; ld.global.u32 %r3, [%rd7];
        mad.wide.u32 %rd8, %r0, 4, %rd3; ld.global.u32 %r5, [%rd8];
        mad.wide.u32 %rd5, %r3, {width}, %rd0;
        {shared if space == "shared" else ""}
        {statement}
        mad.wide.u32 %rd9, %r0, 4, %rd4; st.global.u32 [%rd9], %r6;
        {back if space == "shared" else ""}"""
    program = ptx_kernel(body, parameters=4, before=".shared .align 8 .b8 s[64];")
    results = np.zeros(slots.size, np.uint32)
    outcome = execute(program, "k", launch_of(1, slots.size), [memory, slots, values, results])
    return outcome.arrays[0], outcome.arrays[3]


@pytest.mark.parametrize("space", ["global", "shared"])
@pytest.mark.parametrize("kind", ["add", "inc", "dec", "min", "max", "and", "or", "xor", "exch"])
def test_contended_atomics_equal_one_thread_after_another(kind: str, space: str) -> None:
    random = np.random.default_rng(3)
    memory = random.integers(0, 50, 8, dtype=np.uint32)
    slots = random.integers(0, 8, THREADS, dtype=np.uint32)
    values = random.integers(0, 50, THREADS, dtype=np.uint32)
    type_name = "b32" if kind in ("and", "or", "xor", "exch") else "u32"
    after, found = launch_atomic(
        f"atom.{space}.{kind}.{type_name} %r6, [%rd5], %r5;", memory, slots, values, space
    )
    assert (after.tolist(), found.tolist()) == expected(kind, memory.tolist(), slots, values)


@pytest.mark.parametrize("kind", ["add", "min", "max", "and", "or", "xor", "inc", "dec"])
def test_reductions_equal_one_thread_after_another(kind: str) -> None:
    random = np.random.default_rng(4)
    memory = random.integers(0, 2**32, 8, dtype=np.uint32)
    slots = random.integers(0, 8, THREADS, dtype=np.uint32)
    values = random.integers(0, 2**32, THREADS, dtype=np.uint32)
    type_name = "b32" if kind in ("and", "or", "xor") else "u32"
    after, _ = launch_atomic(f"red.global.{kind}.{type_name} [%rd5], %r5;", memory, slots, values)
    assert after.tolist() == expected(kind, memory.tolist(), slots, values)[0]


@pytest.mark.parametrize(
    "instruction", ["red.global.min.s32 [%rd5], %r5;", "atom.global.min.s32 %r6, [%rd5], %r5;"]
)
def test_signed_minimum(instruction: str) -> None:
    values = np.array([5, -7, 3, -1], np.int32)
    after, _ = launch_atomic(instruction, np.zeros(1, np.int32), np.zeros(4, np.uint32), values)
    assert after.tolist() == [-7]


def test_compare_and_swap_lets_each_thread_pass_in_turn() -> None:
    """Each thread swaps its own number for the next, so all succeed if they go in lane order."""
    values = np.arange(32, dtype=np.uint32)
    statement = "add.u32 %r4, %r5, 1; atom.global.cas.b32 %r6, [%rd5], %r5, %r4;"
    after, found = launch_atomic(statement, np.zeros(1, np.uint32), np.zeros(32, np.uint32), values)
    assert after.tolist() == [32]
    assert found.tolist() == list(range(32))


def test_compare_and_swap_has_one_winner() -> None:
    statement = "add.u32 %r4, %r0, 100; atom.global.cas.b32 %r6, [%rd5], 0, %r4;"
    after, found = launch_atomic(
        statement, np.zeros(2, np.uint32), np.arange(32, dtype=np.uint32) % 2, np.zeros(32, np.uint32)
    )
    assert after.tolist() == [100, 101]
    assert found.tolist() == [0, 0, *[100, 101] * 15]


def test_generic_atomics_reach_both_spaces() -> None:
    source = """extern "C" __global__ void k(int* out) {
        __shared__ int count; if (threadIdx.x == 0) count = 5; __syncthreads();
        int* p = threadIdx.x % 4 ? &count : out; atomicAdd(p, 1); __syncthreads();
        if (threadIdx.x == 0) out[1] = count; }"""
    outcome = execute(compiled(source), "k", launch_of(1, 64), [np.zeros(2, np.int32)])
    assert outcome.arrays[0].tolist() == [16, 53]
    counters = outcome.observation.counters
    assert (counters.global_atomic_requests, counters.shared_atomic_requests) == (2, 2)


@pytest.mark.parametrize("use", ["", "out[i + 1] = old;"])
def test_float_additions_round_in_lane_order(use: str) -> None:
    source = f"""extern "C" __global__ void k(float* out, const float* in) {{
        int i = threadIdx.x; float old = atomicAdd(out, in[i]); {use} }}"""
    values = np.random.default_rng(5).normal(size=64).astype(np.float32) * np.float32(10) ** np.arange(
        -8, 8
    ).repeat(4)
    values = values.astype(np.float32)
    outcome = execute(compiled(source), "k", launch_of(1, 64), [np.zeros(65, np.float32), values])
    total = np.float32(0)
    for value in values:
        total = np.float32(total + value)
    assert outcome.arrays[0][0] == total


def test_global_float_additions_flush_subnormals_and_shared_ones_do_not() -> None:
    source = """extern "C" __global__ void k(float* out, float v) {
        __shared__ float s; s = 0; __syncthreads();
        atomicAdd(out, v); atomicAdd(&s, v); __syncthreads(); out[1] = s; }"""
    tiny = np.float32(1e-40)
    outcome = execute(compiled(source), "k", launch_of(1, 1), [np.zeros(2, np.float32), tiny])
    assert outcome.arrays[0].tolist() == [0.0, tiny]


@pytest.mark.parametrize(
    ("type_name", "dtype"), [("double", np.float64), ("unsigned long long", np.uint64), ("int", np.int32)]
)
def test_additions_of_every_width(type_name: str, dtype: type[np.generic]) -> None:
    source = f"""extern "C" __global__ void k({type_name}* out, const {type_name}* in) {{
        atomicAdd(out, in[threadIdx.x]); }}"""
    values = np.arange(1, 101).astype(dtype)
    outcome = execute(compiled(source), "k", launch_of(1, 100), [np.zeros(1, dtype), values])
    assert outcome.arrays[0][0] == 5050


def test_pairs_of_halves_are_added() -> None:
    source = """#include <cuda_fp16.h>
        extern "C" __global__ void k(__half2* out) { atomicAdd(out, __floats2half2_rn(1.0f, 0.5f)); }"""
    outcome = execute(compiled(source), "k", launch_of(1, 32), [np.zeros(2, np.float16)])
    assert outcome.arrays[0].tolist() == [32.0, 16.0]


@pytest.mark.parametrize("type_name", ["__half", "__nv_bfloat16"])
def test_single_halves_are_added(type_name: str) -> None:
    source = f"""#include <cuda_fp16.h>
        #include <cuda_bf16.h>
        extern "C" __global__ void k({type_name}* out, float* f) {{
            atomicAdd(out, {type_name}(1.0f)); __syncthreads(); f[threadIdx.x] = float(*out); }}"""
    outcome = execute(
        compiled(source), "k", launch_of(1, 64), [np.zeros(2, np.uint16), np.zeros(64, np.float32)]
    )
    assert outcome.arrays[1].tolist() == [64.0] * 64


def test_heavy_contention_is_not_slow() -> None:
    """A million threads on one counter: the answer does not come thread by thread."""
    size = 1 << 20
    memory = np.zeros(1, np.uint32)
    found = contention.add(memory, np.zeros(size, np.int64), np.ones(size, np.uint32))
    np.testing.assert_array_equal(found, np.arange(size))
    found = contention.compare_and_swap(
        np.zeros(1, np.uint32), np.zeros(size, np.int64), np.zeros(size, np.uint32), np.ones(size, np.uint32)
    )
    assert (found[0], found[1:].min()) == (0, 1)
