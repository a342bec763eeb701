"""deep-learning/scalar-reads

Slow: the loss is read in each step.
Tuned: once at the end.

python examples/runs/scalar_reads.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, SIZE = (50, 1024) if DEVICE == "cuda" else (10, 256)


def losses():
    weights = torch.rand(SIZE, SIZE, device=DEVICE)
    for _ in range(STEPS):
        weights = torch.tanh(weights @ weights / SIZE)
        yield weights.square().mean()


def slow():
    print(sum(loss.item() for loss in losses()) / STEPS)


def tuned():
    total = torch.zeros((), device=DEVICE)
    for loss in losses():
        total += loss
    print(total.item() / STEPS)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
