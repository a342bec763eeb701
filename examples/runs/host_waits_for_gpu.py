"""launch/host-waits-for-gpu: each step waits for its result; tuned, results stay on the GPU until the end.

python examples/runs/host_waits_for_gpu.py [--tuned]
"""

import sys

import torch

STEPS, SIZE = 100, 1024


def step(state):
    return torch.tanh(state @ state)


def slow(state):
    total = 0.0
    for _ in range(STEPS):
        state = step(state)
        total += state[0, 0].item()  # waits for the GPU
    return total


def tuned(state):
    total = torch.zeros((), device="cuda")
    for _ in range(STEPS):
        state = step(state)
        total += state[0, 0]
    return total.item()


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(torch.rand(SIZE, SIZE, device="cuda"))
