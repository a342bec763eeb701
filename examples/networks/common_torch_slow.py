"""Training in PyTorch as it is often written first. common_torch_tuned.py is the same training, tuned."""

import torch
from common_torch_network import Network, Samples
from torch import Tensor
from torch.optim import Adam
from torch.utils.data import DataLoader, RandomSampler

Batches = DataLoader[tuple[Tensor, Tensor]]


class SlowTraining:
    """Training in float32, eagerly, weight by weight, one thing after another."""

    def __init__(self, network: Network, device: torch.device) -> None:
        self.device = device
        torch.backends.cudnn.benchmark = False
        torch.set_float32_matmul_precision("highest")
        for each in network.updates:
            each.module.to(device)
        self.updates = [
            (each.loss, Adam(each.module.parameters(), each.learning_rate, each.betas, foreach=False))
            for each in network.updates
        ]

    def batches(self, samples: Samples, batch: int) -> Batches:
        """Take samples one by one, in the process that trains, into pageable memory."""
        order = RandomSampler(samples, generator=torch.Generator().manual_seed(0))
        return DataLoader(samples, batch, sampler=order, drop_last=True)

    def step(self, inputs: Tensor, targets: Tensor) -> list[float]:
        """Copy, wait; compute in float32; fetch the loss, wait."""
        inputs, targets = inputs.to(self.device), targets.to(self.device)
        losses = []
        for loss_of, optimizer in self.updates:
            optimizer.zero_grad()
            loss = loss_of(inputs, targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
