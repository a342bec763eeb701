"""deep-learning/cudnn-deterministic

Slow: deterministic convolutions.
Tuned: any that is fast.

python examples/runs/cudnn_deterministic.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
BATCH, SIZE = (64, 112) if DEVICE == "cuda" else (4, 16)
STEPS = 20


def network():
    layers = [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    return nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), *layers, *layers).to(DEVICE)


def train(model, images):
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for _ in range(STEPS):
        with torch.autocast(DEVICE, dtype=torch.bfloat16):
            loss = model(images).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def slow():
    torch.backends.cudnn.deterministic = True
    train(network(), torch.rand(BATCH, 3, SIZE, SIZE, device=DEVICE))


def tuned():
    torch.backends.cudnn.deterministic = False
    torch.backends.cudnn.benchmark = True
    train(network(), torch.rand(BATCH, 3, SIZE, SIZE, device=DEVICE))


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
