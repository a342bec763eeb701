"""deep-learning/gradients-unused

Slow: validation records gradients.
Tuned: it does not.

python examples/runs/gradients_unused.py [--tuned]
"""

import sys
from contextlib import nullcontext

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, WIDTH = (50, 1024) if DEVICE == "cuda" else (8, 32)


def train(validating):
    model = nn.Sequential(*(nn.Linear(WIDTH, WIDTH) for _ in range(10))).to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(STEPS):
        loss = model(torch.rand(64, WIDTH, device=DEVICE)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with validating():
            model(torch.rand(64, WIDTH, device=DEVICE)).square().mean()


def slow():
    train(nullcontext)


def tuned():
    train(torch.inference_mode)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
