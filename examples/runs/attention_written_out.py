"""deep-learning/attention-written-out

Slow: product, softmax and product.
Tuned: one fused operator.

python examples/runs/attention_written_out.py [--tuned]
"""

import math
import sys

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS = 10
LENGTH = 2048 if DEVICE == "cuda" else 64


def inputs():
    for _ in range(STEPS):
        yield torch.randn(3, 8, 12, LENGTH, 64, device=DEVICE, dtype=torch.bfloat16)


def slow():
    for q, k, v in inputs():
        scores = q.flatten(0, 1) @ k.flatten(0, 1).transpose(-2, -1) / math.sqrt(q.shape[-1])
        torch.softmax(scores, dim=-1) @ v.flatten(0, 1)


def tuned():
    for q, k, v in inputs():
        torch.nn.functional.scaled_dot_product_attention(q, k, v)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
