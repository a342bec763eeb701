"""transfers/round-trips: a step between two kernels is done by NumPy; tuned, on the GPU.

python examples/runs/round_trips.py [--tuned]
"""

import sys

import torch

STEPS, SIZE = 50, 1792


def slow(hidden):
    on_host = torch.empty(hidden.shape, pin_memory=True)
    on_host.copy_(hidden)
    on_host.numpy().clip(0, 1, out=on_host.numpy())
    return on_host.to("cuda", non_blocking=True)


def tuned(hidden):
    return hidden.clamp(0, 1)


if __name__ == "__main__":
    between = tuned if "--tuned" in sys.argv else slow
    weights = torch.rand(SIZE, SIZE, device="cuda")
    state = torch.rand(SIZE, SIZE, device="cuda")
    for _ in range(STEPS):
        state = between(weights @ state) @ weights
    torch.cuda.synchronize()
