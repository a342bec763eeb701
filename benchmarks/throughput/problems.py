"""The kernels that are timed: launches of any size, their data, and the answers NumPy gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.kernel import Launch

Value = NDArray[np.generic] | np.generic
_SEED = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One launch: its arguments in order, and what `output` must hold behind it."""

    launch: Launch
    arguments: Mapping[str, Value]
    output: str
    expected: NDArray[np.generic]

    def is_solved_by(self, found: NDArray[np.generic]) -> bool:
        """Return whether an answer is right, sums in another order allowed."""
        return bool(np.allclose(found, self.expected, rtol=1e-4))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A kernel of `examples/`; `size` is the extent of its data: elements, or rows of a square matrix."""

    file: str
    kernel: str
    problem: Callable[[int], Problem]
    size: int
    simulator_size: int
    """For Numba's simulator, which needs a second for what takes microseconds here."""
    goal: int
    """How many times as fast as Numba's simulator."""
    limit: str
    """What limits it here."""


def saxpy(n: int) -> Problem:
    """Return n elements of y = a * x + y."""
    random = np.random.default_rng(_SEED)
    x, y = random.random(n, np.float32), random.random(n, np.float32)
    a = np.float32(2)
    arguments = {"y": y, "x": x, "a": a, "n": np.int32(n)}
    return Problem(Launch(grid=(n // 256, 1, 1), block=(256, 1, 1)), arguments, "y", a * x + y)


def transpose(n: int) -> Problem:
    """Return the transpose of an n x n matrix."""
    matrix = np.random.default_rng(_SEED).random((n, n), np.float32)
    arguments = {"out": np.zeros_like(matrix), "in": matrix, "n": np.int32(n)}
    return Problem(Launch(grid=(n // 32, n // 32, 1), block=(32, 8, 1)), arguments, "out", matrix.T)


def matmul(n: int) -> Problem:
    """Return the product of two n x n matrices."""
    random = np.random.default_rng(_SEED)
    a, b = random.random((n, n), np.float32), random.random((n, n), np.float32)
    arguments = {"c": np.zeros_like(a), "a": a, "b": b, "n": np.int32(n)}
    return Problem(Launch(grid=(n // 16, n // 16, 1), block=(16, 16, 1)), arguments, "c", a @ b)


def histogram(n: int) -> Problem:
    """Return the counts of n bytes, 16 to a thread."""
    data = np.random.default_rng(_SEED).integers(0, 256, n, np.uint8)
    arguments = {"bins": np.zeros(256, np.uint32), "bytes": data, "n": np.int32(n)}
    expected = np.bincount(data, minlength=256)
    return Problem(Launch(grid=(n // 4096, 1, 1), block=(256, 1, 1)), arguments, "bins", expected)


def gather(n: int) -> Problem:
    """Return n elements of a table four times as large."""
    random = np.random.default_rng(_SEED)
    table, index = random.random(4 * n, np.float32), random.integers(0, 4 * n, n, np.int32)
    arguments = {"out": np.zeros(n, np.float32), "table": table, "index": index, "n": np.int32(n)}
    return Problem(Launch(grid=(n // 256, 1, 1), block=(256, 1, 1)), arguments, "out", table[index])


BENCHMARKS = (
    Benchmark(
        "saxpy.cu", "saxpy", saxpy, 1 << 23, 1 << 12, 10_000, "counting: three requests in 17 instructions"
    ),
    Benchmark("transpose.cu", "transpose_padded", transpose, 2048, 64, 10_000, "counting"),
    Benchmark("matmul.cu", "matmul_tiled", matmul, 512, 32, 10_000, "counting"),
    Benchmark("histogram.cu", "histogram_shared", histogram, 1 << 22, 1 << 13, 1_000, "atomics"),
    Benchmark("gather.cu", "gather", gather, 1 << 22, 1 << 12, 1_000, "gather"),
)
