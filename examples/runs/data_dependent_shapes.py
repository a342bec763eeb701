"""deep-learning/data-dependent-shapes

Slow: valid losses are picked by a mask.
Tuned: all are weighed by it.

python examples/runs/data_dependent_shapes.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, SAMPLES, CLASSES = (50, 4096, 100) if DEVICE == "cuda" else (10, 1024, 100)


def batch():
    scores = torch.randn(SAMPLES, CLASSES, device=DEVICE)
    labels = torch.randint(0, CLASSES, (SAMPLES,), device=DEVICE)
    losses = torch.nn.functional.cross_entropy(scores, labels, reduction="none")
    return losses, labels < CLASSES // 2


def slow():
    for _ in range(STEPS):
        losses, valid = batch()
        losses[valid].mean()


def tuned():
    for _ in range(STEPS):
        losses, valid = batch()
        weights = valid.to(losses.dtype)
        (losses * weights).sum() / weights.sum().clamp(min=1)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
