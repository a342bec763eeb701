"""deep-learning/tf32-off

Slow: products in float32 on the ordinary units.
Tuned: in TF32 on tensor cores.

python examples/runs/tf32_off.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SIZE = 4096 if DEVICE == "cuda" else 256
STEPS = 20


def multiply(dtype):
    left = torch.rand(SIZE, SIZE, device=DEVICE, dtype=dtype)
    right = torch.rand(SIZE, SIZE, device=DEVICE, dtype=dtype)
    for _ in range(STEPS):
        left = torch.relu(left @ right) / SIZE
    return left


def slow():
    torch.set_float32_matmul_precision("highest")
    multiply(torch.float32)


def tuned():
    torch.set_float32_matmul_precision("high")
    multiply(torch.float32)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
