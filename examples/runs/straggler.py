"""deep-learning/straggler

Slow: rank 0 also evaluates.
Tuned: all ranks share in it.

python examples/runs/straggler.py [--tuned]
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


def train(evaluate):
    device = join(BACKEND)
    model = DistributedDataParallel(network(device))
    for _ in range(STEPS):
        model(torch.rand(256, WIDTH, device=device)).square().mean().backward()
        with torch.inference_mode():
            evaluate(model.module, device)


def on_rank_0(model, device):
    if dist.get_rank() == 0:
        model(torch.rand(1024, WIDTH, device=device))


def shared(model, device):
    model(torch.rand(1024 // dist.get_world_size(), WIDTH, device=device))


def slow():
    train(on_rank_0)


def tuned():
    train(shared)


if __name__ == "__main__":
    tuned() if "--tuned" in sys.argv else slow()
    dist.destroy_process_group()
