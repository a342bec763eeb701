"""deep-learning/collectives-not-nccl

Slow: collectives of GPUs through Gloo.
Tuned: through NCCL.

python examples/runs/collectives_not_nccl.py [--tuned]
"""

import os
import sys

import torch
import torch.distributed as dist

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
STEPS, WIDTH = 20, 1024


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


def reduce(backend):
    values = torch.rand(WIDTH, WIDTH, device=join(backend))
    for _ in range(STEPS):
        dist.all_reduce(values.square_())


def slow():
    reduce("gloo")


def tuned():
    reduce("nccl" if DEVICE == "cuda" else "gloo")


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
    dist.destroy_process_group()
