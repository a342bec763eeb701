"""deep-learning/batch-too-small

Slow: four samples at a time.
Tuned: five hundred.

python examples/runs/batch_too_small.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SAMPLES = 8192 if DEVICE == "cuda" else 512


def train(batch):
    model = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)).to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(SAMPLES // batch):
        loss = model(torch.rand(batch, 256, device=DEVICE)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def slow():
    train(4)


def tuned():
    train(512)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
