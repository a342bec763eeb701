"""deep-learning/unrolled-time-steps

Slow: each time step multiplies its input by itself.
Tuned: all inputs in one product.

python examples/runs/unrolled_time_steps.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, TIMES, BATCH, WIDTH = 10, 64, 32, 64


def sequences():
    for _ in range(STEPS):
        yield torch.rand(TIMES, BATCH, WIDTH, device=DEVICE)


def decayed(parts):
    state = torch.zeros(BATCH, WIDTH, device=DEVICE)
    for part in parts:
        state = torch.tanh(part + 0.9 * state)
    return state


def slow():
    weights = torch.rand(WIDTH, WIDTH, device=DEVICE)
    for sequence in sequences():
        decayed(inputs @ weights for inputs in sequence)


def tuned():
    weights = torch.rand(WIDTH, WIDTH, device=DEVICE)
    for sequence in sequences():
        decayed(sequence @ weights)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
