"""deep-learning/dimensions-not-multiples-of-8

Slow: a vocabulary of 50257.
Tuned: rounded up to 50304.

python examples/runs/dimensions_not_multiples_of_8.py [--tuned]
"""

import math
import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TOKENS, WIDTH = (4096, 1024) if DEVICE == "cuda" else (64, 16)
STEPS = 10


def train(classes):
    head = nn.Linear(WIDTH, classes).to(DEVICE, torch.bfloat16)
    for _ in range(STEPS):
        head(torch.rand(TOKENS, WIDTH, device=DEVICE, dtype=torch.bfloat16)).sum().backward()


def slow():
    train(50257)


def tuned():
    train(64 * math.ceil(50257 / 64))


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
