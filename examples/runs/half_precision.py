"""deep-learning/half-precision

Slow: training in TF32.
Tuned: mixed precision with bfloat16.

python examples/runs/half_precision.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SIZE = 4096 if DEVICE == "cuda" else 128
STEPS = 20


def network():
    return nn.Sequential(nn.Linear(SIZE, SIZE), nn.ReLU(), nn.Linear(SIZE, 10)).to(DEVICE)


def batches():
    for _ in range(STEPS):
        yield torch.rand(256, SIZE, device=DEVICE), torch.randint(0, 10, (256,), device=DEVICE)


def train(*, half):
    torch.set_float32_matmul_precision("high")
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for inputs, labels in batches():
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=half):
            loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def slow():
    train(half=False)


def tuned():
    train(half=True)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
