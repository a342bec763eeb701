"""launch/allocation-in-loop: memory from the driver in each step; tuned, from CuPy's pool.

python examples/runs/allocation_in_loop.py [--tuned]
"""

import sys

import cupy

STEPS, ELEMENTS = 100, 16 << 20


def solve(system):
    work = cupy.empty_like(system)
    cupy.sin(system, out=work)
    cupy.add(system, work, out=system)


if __name__ == "__main__":
    if "--tuned" not in sys.argv:
        cupy.cuda.set_allocator(None)  # cudaMalloc and cudaFree, each time
    given = cupy.ones(ELEMENTS, dtype=cupy.float32)
    for _ in range(STEPS):
        solve(given)
    cupy.cuda.runtime.deviceSynchronize()
