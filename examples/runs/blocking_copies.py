"""transfers/blocking-copies: a copy in each step that waits for the GPU; tuned, one copy at the end.

python examples/runs/blocking_copies.py [--tuned]
"""

import sys

import cupy
import numpy as np

STEPS = 1000
DEVICE_TO_HOST = cupy.cuda.runtime.memcpyDeviceToHost


def fetch(source, target):
    cupy.cuda.runtime.memcpy(target.ctypes.data, source.data.ptr, target.nbytes, DEVICE_TO_HOST)


def slow(state):
    norms = np.empty(STEPS, dtype=np.float32)
    for step in range(STEPS):
        state *= 0.999
        fetch(cupy.linalg.norm(state), norms[step : step + 1])
    return norms


def tuned(state):
    on_gpu = cupy.empty(STEPS, dtype=cupy.float32)
    for step in range(STEPS):
        state *= 0.999
        on_gpu[step] = cupy.linalg.norm(state)
    norms = np.empty(STEPS, dtype=np.float32)
    fetch(on_gpu, norms)
    return norms


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(cupy.random.random(1 << 22, dtype=cupy.float32))
