"""deep-learning/communication-not-overlapped

Slow: gradients are reduced after the backward pass.
Tuned: in buckets during it.

python examples/runs/communication_not_overlapped.py [--tuned]
"""

import os
import sys

import torch
import torch.distributed as dist
from torch import nn
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


def train(model, inputs, reduce):
    for _ in range(STEPS):
        model(inputs).square().mean().backward()
        reduce(model)
        model.zero_grad()


def reduce_together(model):
    together = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
    dist.all_reduce(together)


def nothing(_):
    """DistributedDataParallel has reduced them."""


def slow():
    device = join(BACKEND)
    train(network(device), torch.rand(WIDTH, WIDTH, device=device), reduce_together)


def tuned():
    device = join(BACKEND)
    train(DistributedDataParallel(network(device)), torch.rand(WIDTH, WIDTH, device=device), nothing)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
    dist.destroy_process_group()
