"""deep-learning/loss-scaling

Slow: float16 with a scaled loss.
Tuned: bfloat16 without.

python examples/runs/loss_scaling.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SIZE = 1024 if DEVICE == "cuda" else 128
STEPS = 20


def network():
    return nn.Sequential(nn.Linear(SIZE, SIZE), nn.ReLU(), nn.Linear(SIZE, 10)).to(DEVICE)


def batches():
    for _ in range(STEPS):
        yield torch.rand(256, SIZE, device=DEVICE), torch.randint(0, 10, (256,), device=DEVICE)


def slow():
    model, scaler = network(), torch.amp.GradScaler(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for inputs, labels in batches():
        with torch.autocast(DEVICE, dtype=torch.float16):
            loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()


def tuned():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for inputs, labels in batches():
        with torch.autocast(DEVICE, dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
