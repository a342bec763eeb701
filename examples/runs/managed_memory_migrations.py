"""transfers/managed-memory-migrations: the host touches what the GPU uses; tuned, prefetched and left alone.

python examples/runs/managed_memory_migrations.py [--tuned]
"""

import ctypes
import sys

import cupy
import numpy as np

STEPS, ELEMENTS = 50, 8 << 20


def update(state):
    state *= 0.5
    state += 1


def slow(state, on_host):
    for _ in range(STEPS):
        update(state)
        cupy.cuda.runtime.deviceSynchronize()
        on_host += 1  # pages come to the host, and go back with the next kernel


def tuned(state, on_host):  # noqa: ARG001 (the host keeps its hands off)
    cupy.cuda.runtime.memPrefetchAsync(state.data.ptr, state.nbytes, 0, cupy.cuda.get_current_stream().ptr)
    for _ in range(STEPS):
        update(state)
        state += 1  # what the host did
    cupy.cuda.runtime.deviceSynchronize()


if __name__ == "__main__":
    cupy.cuda.set_allocator(cupy.cuda.malloc_managed)
    values = cupy.zeros(ELEMENTS, dtype=cupy.float32)
    cupy.cuda.runtime.deviceSynchronize()
    address = (ctypes.c_float * ELEMENTS).from_address(values.data.ptr)
    run = tuned if "--tuned" in sys.argv else slow
    run(values, np.frombuffer(address, dtype=np.float32))
