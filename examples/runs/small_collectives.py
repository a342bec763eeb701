"""deep-learning/small-collectives

Slow: one collective for each parameter.
Tuned: one for all.

python examples/runs/small_collectives.py [--tuned]
"""

import os
import sys

import torch
import torch.distributed as dist

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
BACKEND = "nccl" if DEVICE == "cuda" else "gloo"
STEPS, WIDTH = 20, 1024 if DEVICE == "cuda" else 64


def join(backend):
    """Join the ranks that torchrun started, or be alone."""
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
    device = (
        torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        if DEVICE == "cuda"
        else torch.device("cpu")
    )
    if DEVICE == "cuda":
        torch.cuda.set_device(device)
    return device


def gradients(device):
    for _ in range(STEPS):
        yield [torch.rand(WIDTH, device=device) for _ in range(60)]


def slow():
    for parts in gradients(join(BACKEND)):
        for part in parts:
            dist.all_reduce(part)


def tuned():
    for parts in gradients(join(BACKEND)):
        together = torch.cat(parts)
        dist.all_reduce(together)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
    dist.destroy_process_group()
