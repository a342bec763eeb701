"""launch/streams-unused: kernels of eight blocks, one after another; tuned, in four streams.

python examples/runs/streams_unused.py [--tuned]
"""

import sys

import cupy

PROBLEMS, BLOCKS, THREADS = 100, 8, 256

iterate = cupy.RawKernel(
    r"""
extern "C" __global__ void iterate(float* values, int rounds)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = values[i];
    for (int k = 0; k < rounds; ++k)
        value = value * value - 0.75f;
    values[i] = value;
}
""",
    "iterate",
)


def start(problem):
    iterate((BLOCKS,), (THREADS,), (problem, cupy.int32(200_000)))


if __name__ == "__main__":
    count = 4 if "--tuned" in sys.argv else 1
    streams = [cupy.cuda.Stream(non_blocking=True) for _ in range(count)]
    problems = cupy.random.random((PROBLEMS, BLOCKS * THREADS), dtype=cupy.float32)
    cupy.cuda.runtime.deviceSynchronize()
    for number, given in enumerate(problems):
        with streams[number % count]:
            start(given)
    cupy.cuda.runtime.deviceSynchronize()
