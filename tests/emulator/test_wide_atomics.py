"""Atomics on halves, pairs of halves, vectors and 128 bits (PTX ISA 9.7.13), in both executors."""

import numpy as np
import pytest

from tests.emulator.harness import Array, execute, launch_of, ptx_kernel
from tests.emulator.native.test_calls import is_native

LANES = np.arange(64)


def run(body: str, *arrays: Array) -> list[Array]:
    """Run a body on 64 threads (see `ptx_kernel`); it must be translated."""
    program = ptx_kernel(f".reg .b128 %q<4>; .reg .b16 %h<8>; {body}", parameters=len(arrays))
    assert is_native(program, "k")
    return execute(program, "k", launch_of(1, 64), list(arrays)).arrays


def half_bits(values: Array) -> Array:
    return np.asarray(values, np.float16).view(np.uint16)


def brain_bits(values: Array) -> Array:
    """Return bf16 patterns of numbers that bf16 holds."""
    return (np.asarray(values, np.float32).view(np.uint32) >> np.uint32(16)).astype(np.uint16)


@pytest.mark.parametrize("space", ["global", "shared"])
@pytest.mark.parametrize(("kind", "bits"), [("f16", half_bits), ("bf16", brain_bits)])
def test_halves_are_added_in_turn(kind: str, bits: object, space: str) -> None:
    """Sums of small integers are exact, so that what a thread finds is the sum of those before it."""
    assert callable(bits)
    start = "mov.u64 %rd3, %rd0;" if space == "global" else ".shared .align 4 .b8 s[16]; mov.u64 %rd3, s;"
    out, _ = run(
        f"""{start} ld.param.u64 %rd2, [p1]; mul.wide.u32 %rd4, %r0, 2; add.u64 %rd4, %rd4, %rd2;
        ld.global.b16 %h1, [%rd4]; bar.sync 0;
        atom.{space}.add.noftz.{kind} %h2, [%rd3], %h1; red.{space}.add.noftz.{kind} [%rd3+4], %h2;
        cvt.u64.u16 %rd5, %h2; bar.sync 0; st.global.u64 [%rd1], %rd5;""",
        np.zeros(64, np.uint64),
        bits(LANES % 3),
    )
    before = np.cumsum(LANES % 3) - LANES % 3
    np.testing.assert_array_equal(out, bits(before))


@pytest.mark.parametrize("kind", ["min", "max"])
def test_extremes_of_pairs_of_halves_by_vector(kind: str) -> None:
    values = np.random.default_rng(2).normal(size=(64, 4)).astype(np.float16)
    values[5, 1], values[7, 2] = np.nan, -np.inf
    memory = np.zeros(64, np.uint64)
    after, _ = run(
        f"""ld.param.u64 %rd2, [p1]; mad.wide.u32 %rd2, %r0, 8, %rd2; ld.global.v2.b32 {{%r1, %r2}}, [%rd2];
        red.global.{kind}.noftz.v2.f16x2 [%rd0], {{%r1, %r2}};""",
        memory,
        values.view(np.uint16),
    )
    combine = np.fmin if kind == "min" else np.fmax
    expected = combine.reduce(np.vstack([np.zeros(4, np.float16), values]))
    np.testing.assert_array_equal(after.view(np.float16)[:4], expected)


def test_vectors_of_floats_are_added_element_by_element() -> None:
    values = np.arange(256, dtype=np.float32).reshape(64, 4)
    memory = np.zeros((64, 4), np.float32)
    after, _, found = run(
        """ld.param.u64 %rd2, [p1]; mad.wide.u32 %rd2, %r0, 16, %rd2; ld.param.u64 %rd4, [p2];
        ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd2];
        and.b32 %r1, %r0, 3; mad.wide.u32 %rd3, %r1, 16, %rd0;
        atom.global.add.v4.f32 {%f5, %f6, %f7, %f8}, [%rd3], {%f1, %f2, %f3, %f4};
        mad.wide.u32 %rd4, %r0, 16, %rd4; st.global.v4.f32 [%rd4], {%f5, %f6, %f7, %f8};""",
        memory,
        values,
        np.zeros_like(values),
    )
    by_slot = values.reshape(16, 4, 4)
    np.testing.assert_array_equal(after[:4], by_slot.sum(axis=0))
    np.testing.assert_array_equal(found.reshape(16, 4, 4), by_slot.cumsum(axis=0) - by_slot)


@pytest.mark.parametrize("space", ["global", "shared"])
def test_words_of_128_bits_are_exchanged_and_swapped(space: str) -> None:
    start = "mov.u64 %rd3, %rd0;" if space == "global" else ".shared .align 16 .b8 s[32]; mov.u64 %rd3, s;"
    memory = np.zeros((64, 2), np.uint64)
    _, found = run(
        f"""{start} ld.param.u64 %rd2, [p1]; mad.wide.u32 %rd2, %r0, 16, %rd2; cvt.u64.u32 %rd4, %r0;
        add.u64 %rd5, %rd4, 1; mov.b128 %q0, {{%rd4, %rd4}}; mov.b128 %q1, {{%rd5, %rd5}}; bar.sync 0;
        atom.{space}.cas.b128 %q2, [%rd3], %q0, %q1; atom.{space}.exch.b128 %q3, [%rd3+16], %q2;
        mov.b128 {{%rd6, %rd7}}, %q3; bar.sync 0; st.global.v2.u64 [%rd2], {{%rd6, %rd7}};""",
        memory,
        np.zeros((64, 2), np.uint64),
    )
    assert found[:, 0].tolist() == [0, *range(63)]
    assert found[:, 1].tolist() == [0, *range(63)]


def test_compare_and_swap_of_16_bits_leaves_its_neighbour_alone() -> None:
    memory = np.zeros(256, np.uint16)
    memory[:2] = [0, 77]
    (after,) = run(
        """cvt.u16.u32 %h0, %r0; add.u16 %h1, %h0, 1; atom.global.cas.b16 %h2, [%rd0], %h0, %h1;""", memory
    )
    assert after[:2].tolist() == [64, 77]


@pytest.mark.parametrize("vector", ["v8.b32", "v4.b64", "v2.b128", "b128"])
def test_vectors_go_through_memory_in_order(vector: str) -> None:
    """Whole requests, one lane's for all, and scattered ones."""
    count = int(vector[1]) if vector[0] == "v" else 1
    size = int(vector.rpartition("b")[2]) // 8
    registers = ", ".join({4: "%r{}", 8: "%rd{}", 16: "%q{}"}[size].format(10 + n) for n in range(count))
    wide = f".reg .b128 %q<{20}>;"
    bytes_each = size * count
    listed = f"{{{registers}}}" if count > 1 else registers
    program = ptx_kernel(
        f"""{wide} ld.param.u64 %rd2, [p1]; mad.wide.u32 %rd3, %r0, {bytes_each}, %rd2;
        mad.wide.u32 %rd4, %r0, {bytes_each}, %rd0;
        ld.global.{vector} {listed}, [%rd3]; st.global.{vector} [%rd4], {listed};
        xor.b32 %r1, %r0, 5; mad.wide.u32 %rd3, %r1, {bytes_each}, %rd2;
        ld.global.{vector} {listed}, [%rd3]; st.global.{vector} [%rd4+{64 * bytes_each}], {listed};
        ld.global.{vector} {listed}, [%rd2+{bytes_each}]; mad.wide.u32 %rd4, %r1, {bytes_each}, %rd0;
        st.global.{vector} [%rd4+{128 * bytes_each}], {listed};
        setp.lt.u32 %p1, %r0, 9; @%p1 st.global.{vector} [%rd0+{192 * bytes_each}], {listed};""",
        parameters=2,
    )
    assert is_native(program, "k")
    values = np.random.default_rng(1).integers(0, 256, (64, bytes_each), np.uint8)
    out = execute(program, "k", launch_of(1, 64), [np.zeros((193, bytes_each), np.uint8), values]).arrays[0]
    np.testing.assert_array_equal(out[:64], values)
    np.testing.assert_array_equal(out[64:128], values[LANES ^ 5])
    np.testing.assert_array_equal(out[128:], np.broadcast_to(values[1], (65, bytes_each)))
