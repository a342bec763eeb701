"""launch/small-kernels-in-a-row: five elementwise operators, five kernels; tuned, compiled to one.

python examples/runs/small_kernels_in_a_row.py [--tuned]
"""

import sys

import torch

STEPS, SIZE = 100, 768


def activation(x, scale, shift):
    return torch.relu(x * scale + shift) * scale + shift


if __name__ == "__main__":
    activate = torch.compile(activation) if "--tuned" in sys.argv else activation
    state, weights = (torch.rand(SIZE, SIZE, device="cuda") for _ in range(2))
    for _ in range(STEPS):
        state = activate(state, 0.5, 0.1) @ weights / SIZE
    torch.cuda.synchronize()
