"""deep-learning/recurrent-cells

Slow: an LSTM cell in a loop over time steps.
Tuned: the whole sequence in one call.

python examples/runs/recurrent_cells.py [--tuned]
"""

import sys

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, TIMES, BATCH, WIDTH = 10, 64, 32, 64


def sequences():
    for _ in range(STEPS):
        yield torch.rand(TIMES, BATCH, WIDTH, device=DEVICE)


def slow():
    cell = nn.LSTMCell(WIDTH, WIDTH).to(DEVICE)
    for sequence in sequences():
        state = None
        for inputs in sequence:
            state = cell(inputs, state)
        state[0].square().mean().backward()


def tuned():
    lstm = nn.LSTM(WIDTH, WIDTH).to(DEVICE)
    for sequence in sequences():
        outputs, _ = lstm(sequence)
        outputs[-1].square().mean().backward()


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
