"""deep-learning/tensors-read-back

Slow: NumPy counts right answers on the host.
Tuned: the GPU counts, and the host reads once.

python examples/runs/tensors_read_back.py [--tuned]
"""

import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, SAMPLES, CLASSES = (50, 4096, 1000) if DEVICE == "cuda" else (10, 1024, 100)


def batches():
    for _ in range(STEPS):
        yield (
            torch.randn(SAMPLES, CLASSES, device=DEVICE),
            torch.randint(0, CLASSES, (SAMPLES,), device=DEVICE),
        )


def slow():
    right = sum(
        (scores.argmax(1).cpu().numpy() == labels.cpu().numpy()).sum() for scores, labels in batches()
    )
    print(right)


def tuned():
    right = torch.zeros((), dtype=torch.long, device=DEVICE)
    for scores, labels in batches():
        right += (scores.argmax(1) == labels).sum()
    print(right.item())


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
