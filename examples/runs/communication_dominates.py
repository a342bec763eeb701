"""deep-learning/communication-dominates

Slow: gradients travel in float32 after each batch.
Tuned: in bfloat16 after each fourth.

python examples/runs/communication_dominates.py [--tuned]
"""

import os
import sys
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import bf16_compress_hook
from torch.nn.parallel import DistributedDataParallel

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


def network(device):
    return nn.Sequential(*(nn.Linear(WIDTH, WIDTH) for _ in range(10))).to(device)


def slow():
    device = join(BACKEND)
    model = DistributedDataParallel(network(device))
    for _ in range(STEPS):
        model(torch.rand(64, WIDTH, device=device)).square().mean().backward()


def tuned():
    device = join(BACKEND)
    model = DistributedDataParallel(network(device), gradient_as_bucket_view=True)
    if DEVICE == "cuda":
        model.register_comm_hook(None, bf16_compress_hook)
    for number in range(STEPS):
        with nullcontext() if number % 4 == 3 else model.no_sync():
            model(torch.rand(64, WIDTH, device=device)).square().mean().backward()


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
    dist.destroy_process_group()
