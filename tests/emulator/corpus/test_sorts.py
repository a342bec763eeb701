import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers

FILE = "sorts.cu"
BYTES = integers(1, 2000, 0, 256, np.uint8)


def test_bitonic_in_shared_memory(run: Runner) -> None:
    keys = integers(2, 512, 0, 2**32, np.uint32)
    (out,) = run(FILE, "sort_bitonic", 1, 512, keys, np.int32(512), shared_bytes=2048)
    np.testing.assert_array_equal(out, np.sort(keys))


def test_bitonic_in_a_warp(run: Runner) -> None:
    keys = integers(3, (4, 32), -(2**31), 2**31)
    (out,) = run(FILE, "sort_bitonic_warp", 1, 128, keys)
    np.testing.assert_array_equal(out, np.sort(keys, axis=1))


def test_odd_even(run: Runner) -> None:
    keys = floats(4, 101)
    (out,) = run(FILE, "sort_odd_even", 1, 64, keys, np.int32(101))
    np.testing.assert_array_equal(out, np.sort(keys))


def test_radix_by_ballots(run: Runner) -> None:
    keys = integers(5, 32, 0, 2**32, np.uint32)
    (out,) = run(FILE, "sort_radix", 1, 32, keys)
    np.testing.assert_array_equal(out, np.sort(keys))


def test_rank(run: Runner) -> None:
    keys = integers(6, 150, -50, 50, np.int16)
    out, _ = run(FILE, "sort_rank", 3, 64, np.zeros_like(keys), keys, np.int32(150))
    np.testing.assert_array_equal(out, np.sort(keys))


def test_merge_path(run: Runner) -> None:
    a, b = (np.sort(integers(seed, size, -(2**40), 2**40, np.int64)) for seed, size in ((7, 150), (8, 233)))
    sizes = np.int32(150), np.int32(233), np.int32(7)
    out, *_ = run(FILE, "merge_path", 2, 32, np.zeros(383, np.int64), a, b, *sizes)
    np.testing.assert_array_equal(out, np.sort(np.concatenate([a, b])))


@pytest.mark.parametrize("kernel", ["histogram_global", "histogram_shared", "histogram_match"])
def test_histogram(run: Runner, kernel: str) -> None:
    bins, _ = run(FILE, kernel, 16, 128, np.zeros(256, np.uint32), BYTES, np.int32(BYTES.size))
    np.testing.assert_array_equal(bins, np.bincount(BYTES, minlength=256))


def test_histogram_in_bytes_of_each_thread(run: Runner) -> None:
    bins, _ = run(FILE, "histogram_private", 2, 32, np.zeros(16, np.uint32), BYTES, np.int32(500))
    np.testing.assert_array_equal(bins, np.bincount(BYTES // 16, minlength=16))
