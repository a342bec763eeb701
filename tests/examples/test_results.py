"""The examples compute what they say: every block runs, and NumPy is the judge."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.examples.running import Value, run_example

RANDOM = np.random.default_rng(7)


def floats(*shape: int) -> NDArray[np.float32]:
    return RANDOM.random(shape, np.float32)


@pytest.mark.parametrize("kernel", ["transpose_naive", "transpose_tiled", "transpose_padded"])
def test_transpose(kernel: str) -> None:
    matrix = floats(96, 96)
    out, _ = run_example(
        "transpose.cu", kernel, (3, 3), (32, 8), [np.zeros_like(matrix), matrix, np.int32(96)]
    )
    assert np.array_equal(out, matrix.T)


@pytest.mark.parametrize("kernel", ["reduce_interleaved", "reduce_sequential"])
def test_reduction(kernel: str) -> None:
    values = RANDOM.integers(0, 100, (4, 256)).astype(np.float32)
    sums, _ = run_example("reduction.cu", kernel, (4,), (256,), [np.zeros(4, np.float32), values])
    assert np.array_equal(sums, values.sum(axis=1))


def test_array_of_structures() -> None:
    particles, dt = floats(300, 6), np.float32(0.5)
    arguments: list[Value] = [particles, dt, np.int32(300)]
    (moved,) = run_example("array_of_structures.cu", "move_array_of_structures", (2,), (256,), arguments)
    expected = particles.copy()
    expected[:, 0] += dt * particles[:, 3]
    assert np.allclose(moved, expected, rtol=1e-6)
    assert np.array_equal(moved[:, 1:], particles[:, 1:])


def test_structure_of_arrays() -> None:
    x, vx, dt = floats(300), floats(300), np.float32(0.5)
    arguments: list[Value] = [x, vx, dt, np.int32(300)]
    moved, _ = run_example("array_of_structures.cu", "move_structure_of_arrays", (2,), (256,), arguments)
    assert np.allclose(moved, x + dt * vx, rtol=1e-6)


@pytest.mark.parametrize("kernel", ["histogram_global", "histogram_shared"])
def test_histogram(kernel: str) -> None:
    values = RANDOM.integers(0, 256, 5000).astype(np.uint8)
    bins, _ = run_example(
        "histogram.cu", kernel, (3,), (256,), [np.zeros(256, np.uint32), values, np.int32(5000)]
    )
    assert np.array_equal(bins, np.bincount(values, minlength=256))


def test_gather() -> None:
    table, index = floats(1000), RANDOM.integers(0, 1000, 500).astype(np.int32)
    arguments: list[Value] = [np.zeros(500, np.float32), table, index, np.int32(500)]
    out, _, _ = run_example("gather.cu", "gather", (2,), (256,), arguments)
    assert np.array_equal(out, table[index])


def test_stencil() -> None:
    field = floats(37, 70)
    arguments: list[Value] = [field.copy(), field, np.int32(70), np.int32(37)]
    out, _ = run_example("stencil.cu", "jacobi_step", (3, 5), (32, 8), arguments)
    expected = field.copy()
    expected[1:-1, 1:-1] = (field[1:-1, :-2] + field[1:-1, 2:] + field[:-2, 1:-1] + field[2:, 1:-1]) / 4
    assert np.allclose(out, expected, rtol=1e-6)


def test_matmul() -> None:
    a, b = floats(48, 48), floats(48, 48)
    arguments: list[Value] = [np.zeros_like(a), a, b, np.int32(48)]
    c, _, _ = run_example("matmul.cu", "matmul_tiled", (3, 3), (16, 16), arguments)
    assert np.allclose(c, a.astype(np.float64) @ b, rtol=1e-5)


@pytest.mark.parametrize(("kernel", "period"), [("roots_by_thread", 1), ("roots_by_warp", 32)])
def test_divergent(kernel: str, period: int) -> None:
    values = floats(256) + np.float32(0.5)
    out, _ = run_example("divergent.cu", kernel, (2,), (128,), [np.zeros_like(values), values, np.int32(8)])
    even = np.arange(256) // period % 2 == 0
    assert np.allclose(out, np.where(even, np.sqrt(values), np.cbrt(values)), rtol=1e-5)


def test_spills() -> None:
    values = floats(64)
    out, _ = run_example(
        "spills.cu", "recurrences", (2,), (32,), [np.zeros_like(values), values, np.int32(3)]
    )
    state = [values.astype(np.float64) + k for k in range(48)]
    for _ in range(3):
        for k in range(48):
            state[k] = state[k] * 0.5 + state[(k + 7) % 48]
    assert np.allclose(out, sum(state), rtol=1e-5)


def test_saxpy() -> None:
    y, x, a = floats(250), floats(250), np.float32(2)
    out, _ = run_example("saxpy.cu", "saxpy", (3,), (100,), [y, x, a, np.int32(250)])
    assert np.allclose(out, a * x + y, rtol=1e-6)


def test_shifted_copy() -> None:
    values = floats(301)
    arguments: list[Value] = [np.zeros(300, np.float32), values, np.int32(300)]
    out, _ = run_example("shifted_copy.cu", "shifted_copy", (2,), (256,), arguments)
    assert np.array_equal(out, values[1:])


def test_program() -> None:
    values = floats(1000)
    (scaled,) = run_example(
        "program.cu", "scale<float, 4>", (1,), (256,), [values, np.float32(3), np.int32(1000)]
    )
    assert np.array_equal(scaled, values * np.float32(3))
    arguments: list[Value] = [np.zeros_like(values), values, np.int32(1000)]
    out, _ = run_example("program.cu", "filters::differences", (4,), (256,), arguments)
    assert np.array_equal(out, np.diff(values, prepend=np.float32(0)))
