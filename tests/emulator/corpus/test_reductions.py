import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers

FILE = "reductions.cu"
VALUES = integers(1, 1000, -1000, 1000)
COUNT = np.int32(VALUES.size)
SUMS = [
    "sum_atomic",
    "sum_interleaved",
    "sum_unrolled",
    "sum_shuffle",
    "sum_cooperative",
    "sum_coalesced_group",
    "sum_redux",
]


@pytest.mark.parametrize("kernel", SUMS)
def test_a_sum_of_integers_is_exact(run: Runner, kernel: str) -> None:
    total, _ = run(FILE, kernel, 4, 256, np.zeros(1, np.int32), VALUES, COUNT, shared_bytes=1024)
    assert total[0] == VALUES.sum()


def test_the_last_block_adds_up_the_others(run: Runner) -> None:
    total, _ = run(FILE, "sum_last_block", 32, 32, np.zeros(1, np.int32), VALUES, COUNT)
    assert total[0] == VALUES.sum()


def test_dot_product_in_double(run: Runner) -> None:
    a, b = floats(2, 1000, np.float64), floats(3, 1000, np.float64)
    total, *_ = run(FILE, "dot_double", 3, 128, np.zeros(1), a, b, COUNT)
    np.testing.assert_allclose(total[0], a @ b, rtol=1e-12, atol=1e-12)


def test_argmin(run: Runner) -> None:
    values = floats(4, 1000)
    best, _ = run(FILE, "argmin", 8, 128, np.full(1, ~np.uint64(0)), values, COUNT)
    assert int(best[0]) & 0xFFFFFFFF == values.argmin()


def test_maximum_by_compare_and_swap(run: Runner) -> None:
    values = floats(5, 1000)
    best, _ = run(FILE, "maximum_cas", 8, 128, np.full(1, -np.inf, np.float32), values, COUNT)
    assert best[0] == values.max()


def test_cooperative_tiles(run: Runner) -> None:
    data = integers(7, (16, 8), -3, 40)
    positive = data > 0
    every, some = positive.all(axis=1, keepdims=True), positive.any(axis=1, keepdims=True)
    expected = 4 * data[:, ::-1] + 2 * every + some
    (out,) = run(FILE, "reverse_tiles", 2, 64, data, shared_bytes=256)
    np.testing.assert_array_equal(out, expected)
