"""deep-learning/memory-near-limit

Slow: one large batch fills the GPU.
Tuned: four smaller ones whose gradients are added up.

python examples/runs/memory_near_limit.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SAMPLES = 64
if DEVICE == "cuda":
    SAMPLES = 4 * int(0.8 * torch.cuda.get_device_properties(0).total_memory / (40 * 4 * 4096) / 4)
LAYERS, WIDTH = (40, 4096) if DEVICE == "cuda" else (4, 64)


def train(parts):
    model = nn.Sequential(*(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh()) for _ in range(LAYERS))).to(
        DEVICE
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(4):
        for _ in range(parts):
            inputs = torch.rand(SAMPLES // parts, WIDTH, device=DEVICE)
            (model(inputs).square().mean() / parts).backward()
        optimizer.step()
        optimizer.zero_grad()


def slow():
    train(1)


def tuned():
    train(4)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
