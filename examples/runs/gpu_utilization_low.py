"""deep-learning/gpu-utilization-low

Slow: the loop describes and saves the model in each step.
Tuned: now and then.

python examples/runs/gpu_utilization_low.py [--tuned]
"""

import io
import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, SIZE = 40, 1024 if DEVICE == "cuda" else 128


def train(every):
    model = nn.Linear(SIZE, SIZE).to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for number in range(STEPS):
        loss = model(torch.rand(SIZE, SIZE, device=DEVICE)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if number % every == every - 1:
            torch.save(model.state_dict(), io.BytesIO())


def slow():
    train(1)


def tuned():
    train(STEPS)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
