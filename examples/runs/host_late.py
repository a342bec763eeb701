"""launch/host-late: the host prepares each input while the GPU waits; tuned, threads prepare ahead.

python examples/runs/host_late.py [--tuned]
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

STEPS, SIZE = 100, 2048


def prepare(number):
    values = np.random.default_rng(number).random(1 << 20)
    return float(np.sort(values)[-1])


def simulate(state, factor):
    return torch.tanh(state @ state * factor)


def slow():
    return map(prepare, range(STEPS))


def tuned():
    with ThreadPoolExecutor(8) as pool:
        yield from pool.map(prepare, range(STEPS))


if __name__ == "__main__":
    inputs = tuned if "--tuned" in sys.argv else slow
    state = torch.rand(SIZE, SIZE, device="cuda")
    for factor in inputs():
        state = simulate(state, factor)
    torch.cuda.synchronize()
