"""deep-learning/recurrent-cells

Slow: an LSTM cell in a loop over time steps.
Tuned: the whole sequence in one call.

python examples/runs/recurrent_cells.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, TIMES, BATCH, WIDTH = (50, 128, 32, 256) if DEVICE == "cuda" else (8, 20, 16, 32)


def train(layer, last_output):
    layer = layer.to(DEVICE)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1e-2)
    for _ in range(STEPS):
        sequence = torch.rand(TIMES, BATCH, WIDTH, device=DEVICE)
        optimizer.zero_grad()
        last_output(layer, sequence).square().mean().backward()
        optimizer.step()


def by_cells(cell, sequence):
    state = None
    for inputs in sequence:
        state = cell(inputs, state)
    return state[0]


def at_once(lstm, sequence):
    outputs, _ = lstm(sequence)
    return outputs[-1]


def slow():
    train(nn.LSTMCell(WIDTH, WIDTH), by_cells)


def tuned():
    train(nn.LSTM(WIDTH, WIDTH), at_once)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
