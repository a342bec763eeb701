from typing import Any

import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers, scalars

FILE = "transposes.cu"


@pytest.mark.parametrize(("kernel", "rows"), [("transpose_naive", 32), ("transpose_padded", 8)])
def test_transpose(run: Runner, kernel: str, rows: int) -> None:
    matrix = floats(1, (45, 70))
    out, _ = run(
        FILE, kernel, (3, 2), (32, rows), np.zeros((70, 45), np.float32), matrix, *scalars(np.int32, 70, 45)
    )
    np.testing.assert_array_equal(out, matrix.T)


@pytest.mark.parametrize(
    ("name", "dtype"), [("float", np.float32), ("unsigned char", np.uint8), ("double2", np.complex128)]
)
def test_transpose_with_a_swizzle(run: Runner, name: str, dtype: Any) -> None:
    matrix = integers(2, (64, 64), 0, 256, dtype)
    out, _ = run(
        FILE, f"transpose_swizzled<{name}>", (2, 2), (32, 32), np.zeros_like(matrix), matrix, np.int32(64)
    )
    np.testing.assert_array_equal(out, matrix.T)


def test_transpose_of_bits(run: Runner) -> None:
    words = integers(3, 32, 0, 2**32, np.uint32)
    bits = words[:, None] >> np.arange(32, dtype=np.uint32) & 1
    (out,) = run(FILE, "transpose_bits", 1, 32, words)
    np.testing.assert_array_equal(out[:, None] >> np.arange(32, dtype=np.uint32) & 1, bits.T)


def test_transpose_in_registers(run: Runner) -> None:
    data = np.arange(16 * 16, dtype=np.int32).reshape(16, 4, 4)
    (out,) = run(FILE, "transpose_shuffle", 1, 64, data)
    np.testing.assert_array_equal(out, data.transpose(0, 2, 1))


def test_copy_in_strides(run: Runner) -> None:
    data = integers(4, (300, 4), 0, 2**32, np.uint32)
    out, _ = run(FILE, "copy_strided", 3, 64, np.zeros_like(data), data, np.uint64(300))
    np.testing.assert_array_equal(out, data)


def test_double_buffering(run: Runner) -> None:
    data = integers(5, (7, 128), -100, 100, np.float32)
    out, _ = run(FILE, "sum_double_buffered", 1, 128, np.zeros(128, np.float32), data, np.int32(7))
    np.testing.assert_array_equal(out, data.sum(axis=0)[::-1])


def test_asynchronous_copies_fill_with_zeros(run: Runner) -> None:
    data = floats(6, 103)
    out, _ = run(FILE, "copy_zero_filled", 1, 32, np.ones(128, np.float32), data, np.int32(103))
    np.testing.assert_array_equal(out, np.pad(data, (0, 25)))


def test_arrays_of_structures(run: Runner) -> None:
    points = floats(8, (90, 3))
    out, _ = run(FILE, "split_points", 3, 32, np.zeros((3, 90), np.float32), points, np.int32(90))
    np.testing.assert_array_equal(out, points.T)
