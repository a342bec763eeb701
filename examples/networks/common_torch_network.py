"""What is trained in PyTorch: a network, its losses, its samples."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from common_data import Data
from torch import Tensor, nn
from torch.utils.data import Dataset

Loss = Callable[[Tensor, Tensor], Tensor]
"""From a batch's inputs and targets to a scalar."""


@dataclass(frozen=True)
class Update:
    """One optimiser's part of a step: the module whose weights it moves, and the loss that it lowers."""

    module: nn.Module
    loss: Loss
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass(frozen=True)
class Network:
    """The updates that make a step, in order, and what the network is judged by: lower is better."""

    updates: list[Update]
    score: Loss


def classifier(model: nn.Module) -> Network:
    """Return a network with one loss: the cross entropy of what `model` says and what is right."""

    def loss(inputs: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.cross_entropy(model(inputs), targets)

    return Network([Update(model, loss)], score=loss)


class Samples(Dataset[tuple[Tensor, Tensor]]):
    """Samples that lie in memory as bytes and become numbers from -1 to 1 when they are asked for."""

    def __init__(self, data: Data) -> None:
        self.inputs, self.targets = map(torch.from_numpy, data)

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int | list[int]) -> tuple[Tensor, Tensor]:
        return self.inputs[index].float().div(127.5).sub(1), self.targets[index]
