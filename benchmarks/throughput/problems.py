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


@dataclass(frozen=True, slots=True, kw_only=True)
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
        file="saxpy.cu",
        kernel="saxpy",
        problem=saxpy,
        size=1 << 24,
        simulator_size=1 << 12,
        goal=10_000,
        limit="three counted requests among twenty instructions; a request that looks like the one before "
        "costs about 10 ns, an arithmetic instruction of a warp 2 to 4 ns",
    ),
    Benchmark(
        file="transpose.cu",
        kernel="transpose_padded",
        problem=transpose,
        size=4096,
        simulator_size=64,
        goal=10_000,
        limit="a tile's rows are written to a page each: misses of the caches that plain C has too; "
        "then the requests, every third instruction",
    ),
    Benchmark(
        file="matmul.cu",
        kernel="matmul_tiled",
        problem=matmul,
        size=640,
        simulator_size=32,
        goal=10_000,
        limit="loads from shared memory, more than half of the inner loop: a warp is two rows of 16 threads, "
        "which is neither unit stride nor a broadcast, so that its lanes are gathered",
    ),
    Benchmark(
        file="histogram.cu",
        kernel="histogram_shared",
        problem=histogram,
        size=1 << 24,
        simulator_size=1 << 13,
        goal=1_000,
        limit="shared atomics on data: lanes are told apart, counted in their banks and added one after the "
        "other, 200 to 300 ns a warp",
    ),
    Benchmark(
        file="gather.cu",
        kernel="gather",
        problem=gather,
        size=1 << 22,
        simulator_size=1 << 12,
        goal=1_000,
        limit="the scattered load: its sectors are told apart lane by lane, 130 ns a warp, and it misses the "
        "processor's caches as the plain C loop does",
    ),
)
