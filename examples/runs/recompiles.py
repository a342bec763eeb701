"""deep-learning/recompiles

Slow: a compiled function meets a new length in each step.
Tuned: the length is marked as changing.

python examples/runs/recompiles.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS = 8


def scale(values):
    return torch.tanh(values) * 2 + 1


def run(*, changing):
    torch.compiler.reset()
    compiled = torch.compile(scale, backend="eager", dynamic=changing)
    for number in range(STEPS):
        compiled(torch.rand(100 + number, device=DEVICE))


def slow():
    run(changing=False)


def tuned():
    run(changing=True)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
