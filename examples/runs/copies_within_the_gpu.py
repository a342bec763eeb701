"""transfers/copies-within-the-gpu: a copy before each step; tuned, two buffers change roles.

python examples/runs/copies_within_the_gpu.py [--tuned]
"""

import sys

import cupy

STEPS, ELEMENTS = 50, 64 << 20

smooth = cupy.ElementwiseKernel(
    "raw float32 before", "float32 after",
    "ptrdiff_t last = _ind.size() - 1;"
    "after = 0.5f * before[i] + 0.25f * (before[i ? i - 1 : 0] + before[i < last ? i + 1 : last])",
    "smooth",
)  # fmt: skip


def slow(grid):
    before = cupy.empty_like(grid)
    for _ in range(STEPS):
        before.data.copy_from_device_async(grid.data, grid.nbytes)
        smooth(before, grid)


def tuned(grid):
    other = cupy.empty_like(grid)
    for _ in range(STEPS):
        smooth(grid, other)
        grid, other = other, grid


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(cupy.random.random(ELEMENTS, dtype=cupy.float32))
    cupy.cuda.runtime.deviceSynchronize()
