import math
from typing import Any

import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers

FILE = "control.cu"


@pytest.mark.parametrize("kind", [0, 2])
def test_structure_by_value(run: Runner, kind: int) -> None:
    fields = [("kind", "i4"), ("scale", "f4"), ("offsets", "i2", 3), ("flags", "u1")]
    options = np.zeros((), np.dtype(fields, align=True))
    options["kind"], options["scale"], options["offsets"], options["flags"] = kind, 0.5, [3, -4, 5], 0b100
    table = integers(6, 40, -50, 50)
    out, _ = run(FILE, "struct_by_value", 1, 64, np.zeros(40, np.float32), options[()], table, np.int32(40))
    expected = 0.5 * table + np.resize([3, -4, 5], 40)
    np.testing.assert_array_equal(out, -expected if kind == 2 else expected)


def test_bytecode_with_a_switch(run: Runner) -> None:
    # t*t + 7; if odd, negate is skipped; then t / that, added to it
    program = np.array([0, 0, 3, 1, 7, 2, 5, 6, 1, 7, 5, 0, 4, 2, 9], np.uint8)
    out, _ = run(FILE, "interpret", 1, 64, np.zeros(64, np.int32), program, np.int32(program.size))
    expected = []
    for t in range(64):
        value = t * t + 7 if (t * t + 7) % 2 else -(t * t + 7)
        expected.append(1000000 + value + (int(value / t) if t else 0))
    np.testing.assert_array_equal(out, expected)


def test_collatz(run: Runner) -> None:
    def steps(value: int) -> int:
        return 0 if value == 1 else 1 + steps(3 * value + 1 if value % 2 else value // 2)

    (out,) = run(FILE, "collatz", 3, 64, np.zeros(150, np.int32), np.int32(150))
    assert out.tolist() == [steps(value + 1) for value in range(150)]


def test_search_with_break_and_continue(run: Runner) -> None:
    primes = [n for n in range(2, 300) if all(n % d for d in range(2, n))]
    (out,) = run(FILE, "prime_gaps", 2, 128, np.zeros(200, np.int32), np.int32(200))
    assert out.tolist() == [next(p for p in primes if p >= n) for n in range(200)]


def test_calls_that_are_not_inlined(run: Runner) -> None:
    (out,) = run(FILE, "totients", 1, 64, np.zeros(60, np.int32), np.int32(60))
    expected = [
        math.gcd(t, 12) if t % 3 else sum(math.gcd(t, k) == 1 for k in range(1, t + 1)) for t in range(60)
    ]
    assert out.tolist() == expected


def test_table_of_functions(run: Runner) -> None:
    data, which = floats(1, 64), integers(2, 64, 0, 3)
    out, _ = run(FILE, "call_by_table", 1, 64, data, which)
    np.testing.assert_array_equal(out, np.choose(which, [2 * data, data * data, -data]))


def test_spin_lock(run: Runner) -> None:
    (out,) = run(FILE, "spin_lock", 4, 96, np.zeros(2, np.int32), np.int32(3))
    assert out.tolist() == [36, 36 * 37 // 2]


def test_lock_by_lanes_of_a_warp(run: Runner) -> None:
    (counter,) = run(FILE, "lock_by_lane", 2, 32, np.zeros(1, np.int32))
    assert counter[0] == 64


def test_warps_hand_over_through_a_flag(run: Runner) -> None:
    (out,) = run(FILE, "producer_consumer", 1, 64, np.zeros(10, np.int32), np.int32(10))
    assert out.tolist() == [i * i for i in range(10)]


@pytest.mark.parametrize(("name", "dtype"), [("long long", np.int64), ("double", np.float64)])
def test_templates(run: Runner, name: str, dtype: Any) -> None:
    values = integers(3, 64, -50, 50, dtype)
    out, _ = run(FILE, f"powers<{name}>", 1, 64, np.zeros_like(values), values)
    np.testing.assert_array_equal(out, values**5 + np.arange(64) % 4 + 14)


def test_binary_search(run: Runner) -> None:
    line, keys = np.sort(floats(4, 77)), floats(5, 64)
    out, *_ = run(FILE, "lower_bound", 1, 64, np.zeros(64, np.int32), line, np.int32(77), keys)
    np.testing.assert_array_equal(out, np.searchsorted(line, keys))


def test_three_dimensions(run: Runner) -> None:
    (out,) = run(FILE, "grid_3d", (2, 3, 2), (4, 3, 5), np.zeros((12, 5, 3, 4), np.int32))
    block, z, y, x = np.indices(out.shape)
    np.testing.assert_array_equal(out, block * 10000 + z * 100 + y * 10 + x)
