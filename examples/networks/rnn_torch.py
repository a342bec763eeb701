"""A recurrent network in PyTorch that names noisy sequences: tanh of the input and of the state before."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from common_data import Data, classes
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, classifier
from torch import Tensor, nn

STEPS, FEATURES, HIDDEN, CLASSES = 32, 16, 64, 10


class UnrolledRNN(nn.Module):
    """What nn.RNN does, as a loop over time steps: several small kernels a step, not one call."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.cell = nn.RNNCell(features, hidden)

    def forward(self, sequences: Tensor) -> tuple[Tensor, None]:
        """Return the states of shape (batch, steps, hidden); sequences have (batch, steps, features)."""
        state, states = None, []
        for features in sequences.unbind(1):
            state = self.cell(features, state)
            states.append(state)
        return torch.stack(states, 1), None


class SequenceClassifier(nn.Module):
    """Names a sequence by the state after its last step."""

    def __init__(self, recurrent: nn.Module) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.name = nn.Linear(HIDDEN, CLASSES)

    def forward(self, sequences: Tensor) -> Tensor:
        """Return scores of shape (batch, CLASSES)."""
        states, _ = self.recurrent(sequences)
        scores: Tensor = self.name(states[:, -1])
        return scores


def network(*, unrolled: bool) -> Network:
    """Return the untrained network, its recurrent layer unrolled in Python or in one piece."""
    layer = UnrolledRNN(FEATURES, HIDDEN) if unrolled else nn.RNN(FEATURES, HIDDEN, batch_first=True)
    return classifier(SequenceClassifier(layer))


def data(count: int, seed: int = 0) -> Data:
    """Return noisy sequences and the number of the pattern in each."""
    return classes(count, (STEPS, FEATURES), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(partial(network, unrolled=False), data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    arguments = parse(__doc__, argv)
    return train(partial(network, unrolled=arguments.slow), data, arguments)


if __name__ == "__main__":
    main()
