"""deep-learning/eager-overhead

Slow: many small operators, one by one.
Tuned: replayed as a CUDA graph.

python examples/runs/eager_overhead.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, WIDTH = 50, 256


def network():
    layers = (nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH), nn.GELU()) for _ in range(20))
    return nn.Sequential(*layers).to(DEVICE)


def infer(model):
    with torch.inference_mode():
        for _ in range(STEPS):
            model(torch.rand(16, WIDTH, device=DEVICE))


def slow():
    infer(network())


def tuned():
    model = network()
    infer(torch.compile(model, mode="reduce-overhead") if DEVICE == "cuda" else model)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
