"""launch/one-call-dominates: the device's properties are asked for in each step; tuned, once.

python examples/runs/one_call_dominates.py [--tuned]
"""

import sys

import cupy

STEPS, ELEMENTS = 100, 16 << 20


def multiprocessors():
    return cupy.cuda.runtime.getDeviceProperties(0)["multiProcessorCount"]


def render(frame, factor):
    cupy.multiply(frame, 1 / factor, out=frame)


if __name__ == "__main__":
    image = cupy.ones(ELEMENTS, dtype=cupy.float32)
    known = multiprocessors()
    for _ in range(STEPS):
        render(image, known if "--tuned" in sys.argv else multiprocessors())
    cupy.cuda.runtime.deviceSynchronize()
