"""deep-learning/memory-fragmented

Slow: lengths change from step to step.
Tuned: they are rounded up to a few.

python examples/runs/memory_fragmented.py [--tuned]
"""

import math
import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
LARGEST = 2**28 if DEVICE == "cuda" else 2**14
STEPS = 60


def train(multiple):
    kept = []
    for number in range(STEPS):
        length = LARGEST // 4 + (number * 7919 * 1024) % LARGEST
        length = multiple * math.ceil(length / multiple)
        kept = [*kept[-5:], torch.rand(length, device=DEVICE)]


def slow():
    train(1)


def tuned():
    train(LARGEST // 4)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
