"""transfers/copies-not-overlapped: two streams that wait for one another; tuned, copies run one part ahead.

python examples/runs/copies_not_overlapped.py [--tuned]
"""

import sys

import cupy
import cupyx

PARTS, ELEMENTS = 50, 6 << 20


def work(data):
    for _ in range(8):
        cupy.sin(data, out=data)


def slow(part, copying, computing):
    buffer = cupy.empty(ELEMENTS, dtype=cupy.float32)
    for _ in range(PARTS):
        buffer.set(part, stream=copying)
        copying.synchronize()
        with computing:
            work(buffer)
        computing.synchronize()


def tuned(part, copying, computing):
    buffers = [cupy.empty(ELEMENTS, dtype=cupy.float32) for _ in range(2)]
    free = [computing.record(), computing.record()]
    for number in range(PARTS):
        buffer = buffers[number % 2]
        copying.wait_event(free[number % 2])
        buffer.set(part, stream=copying)
        computing.wait_event(copying.record())
        with computing:
            work(buffer)
        free[number % 2] = computing.record()
    computing.synchronize()


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    pinned = cupyx.zeros_pinned(ELEMENTS, dtype="float32")
    run(pinned, cupy.cuda.Stream(non_blocking=True), cupy.cuda.Stream(non_blocking=True))
