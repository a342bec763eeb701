"""deep-learning/unrolled-time-steps

Slow: each time step multiplies its input by itself.
Tuned: all inputs in one product.

python examples/runs/unrolled_time_steps.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, TIMES, BATCH, WIDTH = (50, 128, 32, 256) if DEVICE == "cuda" else (8, 40, 16, 32)


def decayed(parts):
    state = torch.zeros(BATCH, WIDTH, device=DEVICE)
    for part in parts:
        state = torch.tanh(part + 0.9 * state)
    return state


def train(products):
    weights = torch.rand(WIDTH, WIDTH, device=DEVICE, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=1e-2)
    for _ in range(STEPS):
        sequence = torch.rand(TIMES, BATCH, WIDTH, device=DEVICE)
        optimizer.zero_grad()
        decayed(products(sequence, weights)).square().mean().backward()
        optimizer.step()


def one_by_one(sequence, weights):
    return (inputs @ weights for inputs in sequence)


def slow():
    train(one_by_one)


def tuned():
    train(torch.matmul)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
