"""Sums of small integers are exact in any order, so that only rounding kernels have a tolerance."""

from typing import Any

import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers, scalars

FILE = "matmul.cu"


def operands(m: int, n: int, k: int, dtype: Any) -> Any:
    a, b = integers(1, (m, k), -8, 9, dtype), integers(2, (k, n), -8, 9, dtype)
    return a, b, a.astype(np.int64) @ b.astype(np.int64)


def test_naive(run: Runner) -> None:
    a, b, product = operands(23, 35, 19, np.float32)
    c = np.zeros((23, 35), np.float32)
    out, *_ = run(FILE, "multiply_naive", (3, 3), (16, 8), c, a, b, *scalars(np.int32, 23, 35, 19))
    np.testing.assert_array_equal(out, product)


@pytest.mark.parametrize(
    ("tile", "name", "dtype"),
    [(16, "float", np.float32), (32, "float", np.float32), (16, "double", np.float64), (16, "int", np.int32)],
)
def test_tiled(run: Runner, tile: int, name: str, dtype: Any) -> None:
    a, b, product = operands(40, 50, 37, dtype)
    c = np.zeros((40, 50), dtype)
    grid = (-(-50 // tile), -(-40 // tile))
    kernel = f"multiply_tiled<{tile}, {name}>"
    out, *_ = run(FILE, kernel, grid, (tile, tile), c, a, b, *scalars(np.int32, 40, 50, 37))
    np.testing.assert_array_equal(out, product)


def test_tiles_in_registers(run: Runner) -> None:
    a, b, product = operands(64, 64, 24, np.float32)
    c = np.zeros((64, 64), np.float32)
    out, *_ = run(FILE, "multiply_registers", (2, 2), (8, 8), c, a, b, *scalars(np.int32, 64, 24))
    np.testing.assert_array_equal(out, product)


def test_half_precision_two_at_a_time(run: Runner) -> None:
    a, b, product = operands(4, 32, 16, np.float16)
    c = np.zeros((4, 32), np.float16)
    transposed = np.ascontiguousarray(b.T)
    out, *_ = run(FILE, "multiply_half2", (1, 4), 32, c, a, transposed, *scalars(np.int32, 32, 16))
    np.testing.assert_array_equal(out, product)


@pytest.mark.parametrize("device", ["h100", "a100-80gb", "t4"])
def test_wmma(run: Runner, device: str) -> None:
    a, b, product = operands(32, 32, 48, np.float16)
    c = np.zeros((32, 32), np.float32)
    sizes = scalars(np.int32, 32, 48)
    out, *_ = run(FILE, "multiply_wmma", (2, 2), 32, c, a, b, *sizes, device=device)
    np.testing.assert_array_equal(out, 2 * product)


def test_mma_with_ldmatrix(run: Runner) -> None:
    a, b, product = operands(16, 8, 16, np.float16)
    c = np.zeros((16, 8), np.float32)
    out, *_ = run(FILE, "multiply_mma", 1, 32, c, a, np.ascontiguousarray(b.T))
    np.testing.assert_array_equal(out, product + 1)


def test_warp_tiles_of_mma(run: Runner) -> None:
    a, b, product = operands(128, 64, 96, np.float16)
    c = np.zeros((128, 64), np.float32)
    out, *_ = run(FILE, "multiply_warp_tiled", (1, 2), 128, c, a, b, *scalars(np.int32, 64, 96))
    np.testing.assert_array_equal(out, product)


def test_bfloat16(run: Runner) -> None:
    x, y = floats(3, 100).view(np.uint32), floats(4, 100).view(np.uint32)
    narrow_x, narrow_y = (x >> 16).astype(np.uint16), (y >> 16).astype(np.uint16)
    wide = [(narrow.astype(np.uint32) << 16).view(np.float32) for narrow in (narrow_x, narrow_y)]
    out, _ = run(FILE, "axpy_bfloat16", 1, 128, narrow_y, narrow_x, np.float32(0.5), np.int32(100))
    result = (out.astype(np.uint32) << 16).view(np.float32)
    np.testing.assert_allclose(result, 0.5 * wide[0] + wide[1], rtol=2**-8)  # 8 bits of significand
