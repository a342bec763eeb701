"""deep-learning/gradients-filled

Slow: gradients are filled with zeros.
Tuned: they are dropped.

python examples/runs/gradients_filled.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, WIDTH = (50, 1024) if DEVICE == "cuda" else (8, 32)


def train(*, drop):
    model = nn.Sequential(*(nn.Linear(WIDTH, WIDTH) for _ in range(10))).to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(STEPS):
        loss = model(torch.rand(64, WIDTH, device=DEVICE)).square().mean()
        optimizer.zero_grad(set_to_none=drop)
        loss.backward()
        optimizer.step()


def slow():
    train(drop=False)


def tuned():
    train(drop=True)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
