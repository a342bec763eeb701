"""deep-learning/optimizer-not-fused

Slow: AdamW operation by operation over lists.
Tuned: all in one kernel.

python examples/runs/optimizer_not_fused.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, WIDTH = 10, 128


def train(**how):
    model = nn.Sequential(*(nn.Linear(WIDTH, WIDTH) for _ in range(30))).to(DEVICE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, **how)
    for _ in range(STEPS):
        loss = model(torch.rand(64, WIDTH, device=DEVICE)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def slow():
    train(foreach=True)


def tuned():
    train(fused=True)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
