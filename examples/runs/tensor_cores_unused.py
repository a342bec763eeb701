"""deep-learning/tensor-cores-unused

Slow: training in float32.
Tuned: mixed precision with float16 and a scaled loss.

python examples/runs/tensor_cores_unused.py [--tuned]
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


def train(dtype):
    model, scaler = (
        network(),
        torch.amp.GradScaler(DEVICE, enabled=dtype is torch.float16 and DEVICE == "cuda"),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for inputs, labels in batches():
        with torch.autocast(DEVICE, dtype=dtype, enabled=dtype is not torch.float32):
            loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()


def slow():
    train(torch.float32)


def tuned():
    train(torch.float16 if DEVICE == "cuda" else torch.bfloat16)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
