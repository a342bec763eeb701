"""Training in PyTorch, tuned. common_torch_slow.py is the same training as it is often written first."""

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

import torch
from common_torch_network import Loss, Network, Samples
from torch import Tensor
from torch.optim import Adam
from torch.utils.data import BatchSampler, DataLoader, RandomSampler

Batches = DataLoader[tuple[Tensor, Tensor]]


class TunedTraining:
    """Training in mixed precision, compiled, with the next batches under way during a step."""

    def __init__(self, network: Network, device: torch.device, *, compiled: bool = True) -> None:
        self.device = device
        self.precision = half_precision(device)
        torch.backends.cudnn.benchmark = True  # shapes do not change: try the algorithms, keep the fastest
        torch.set_float32_matmul_precision("high")  # TF32 for what autocast leaves in float32
        for each in network.updates:
            each.module.to(device, memory_format=torch.channels_last)
        self.updates = [
            (
                compiled_if_possible(each.loss) if compiled else each.loss,
                Adam(each.module.parameters(), each.learning_rate, each.betas, fused=True),
                torch.amp.GradScaler(device.type, enabled=self.precision == torch.float16),
            )
            for each in network.updates
        ]

    def batches(self, samples: Samples, batch: int) -> Batches:
        """Take whole batches; beside a GPU ahead of time, by other processes, into pinned memory."""
        order = RandomSampler(samples, generator=torch.Generator().manual_seed(0))
        return DataLoader(
            samples,
            batch_size=None,
            sampler=BatchSampler(order, batch, drop_last=True),
            **loading(self.device),
        )

    def step(self, inputs: Tensor, targets: Tensor) -> list[Tensor]:
        """Ask for copies and arithmetic without waiting for any; the loss stays on the device."""
        layout = torch.channels_last if inputs.dim() == 4 else torch.preserve_format
        inputs = inputs.to(self.device, non_blocking=True, memory_format=layout)
        targets = targets.to(self.device, non_blocking=True)
        losses = []
        for loss_of, optimizer, scaler in self.updates:
            optimizer.zero_grad()
            with torch.autocast(self.device.type, self.precision):
                loss = loss_of(inputs, targets)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            losses.append(loss.detach())
        return losses


def loading(device: torch.device) -> dict[str, Any]:
    """Return who loads batches: on a CPU the process that trains, as other processes would take its cores."""
    if device.type == "cpu":
        return {}
    return {"num_workers": 2, "prefetch_factor": 4, "persistent_workers": True, "pin_memory": True}


def half_precision(device: torch.device) -> torch.dtype:
    """Return bfloat16, which needs no loss scaling; float16 on a GPU without it."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


def compiled_if_possible(loss: Loss) -> Loss:
    """Return the loss, compiled at its first call; where that cannot be, say why and leave it as it is."""
    obstacle = missing_for_compilation()
    if obstacle is None:
        return torch.compile(loss)
    print(f"not compiled: {obstacle}", file=sys.stderr)
    return loss


def missing_for_compilation() -> str | None:
    """Return what keeps torch.compile from building its kernels and their launchers, if anything does."""
    if not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
        return "there is no C++ compiler on the PATH"
    headers = Path(sysconfig.get_paths()["include"])
    return None if (headers / "Python.h").is_file() else f"{headers} lacks Python.h: install Python's headers"
