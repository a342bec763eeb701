"""deep-learning/float64

Slow: data from NumPy stays in float64.
Tuned: it becomes float32 at the border.

python examples/runs/float64.py [--tuned]
"""

import sys

import numpy as np
import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SIZE = 2048 if DEVICE == "cuda" else 256
STEPS = 20


def multiply(values):
    left = torch.from_numpy(values).to(DEVICE)
    for _ in range(STEPS):
        left = torch.relu(left @ left) / SIZE
    return left


def slow():
    multiply(np.random.default_rng(1).random((SIZE, SIZE)))


def tuned():
    multiply(np.random.default_rng(1).random((SIZE, SIZE), dtype=np.float32))


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
