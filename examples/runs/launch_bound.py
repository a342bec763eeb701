"""launch/launch-bound: operators that take less than their launches; tuned, replayed as a CUDA graph.

python examples/runs/launch_bound.py [--tuned]
"""

import sys

import torch

STEPS, SIZE = 100, 128


def step(state, weights):
    hidden = torch.relu(state @ weights)
    hidden = torch.sigmoid(hidden - hidden.mean())
    return torch.tanh(hidden * 0.5 + state)


def tuned(state, weights):
    step(state, weights)  # warms up what a capture may not do
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        state.copy_(step(state, weights))
    for _ in range(STEPS):
        graph.replay()


def slow(state, weights):
    for _ in range(STEPS):
        state.copy_(step(state, weights))


if __name__ == "__main__":
    run = tuned if "--tuned" in sys.argv else slow
    run(*(torch.rand(SIZE, SIZE, device="cuda") for _ in range(2)))
    torch.cuda.synchronize()
