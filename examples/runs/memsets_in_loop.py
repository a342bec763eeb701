"""transfers/memsets-in-loop: a memset before each accumulation; tuned, the kernel writes instead of adding.

python examples/runs/memsets_in_loop.py [--tuned]
"""

import sys

import cupy

STEPS, ELEMENTS = 500, 1 << 14

add = cupy.ElementwiseKernel(
    "raw float32 values, int32 rounds", "float32 total",
    "for (int k = 0; k < rounds; ++k) total += values[(i + 97 * k) % _ind.size()];", "add",
)  # fmt: skip
write = cupy.ElementwiseKernel(
    "raw float32 values, int32 rounds", "float32 total",
    "float sum = 0; for (int k = 0; k < rounds; ++k) sum += values[(i + 97 * k) % _ind.size()]; total = sum;",
    "write",
)  # fmt: skip


def slow(values, total):
    for _ in range(STEPS):
        total.data.memset_async(0, total.nbytes)
        add(values, 200, total)


def tuned(values, total):
    for _ in range(STEPS):
        write(values, 200, total)


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(cupy.random.random(ELEMENTS, dtype=cupy.float32), cupy.empty(ELEMENTS, dtype=cupy.float32))
    cupy.cuda.runtime.deviceSynchronize()
