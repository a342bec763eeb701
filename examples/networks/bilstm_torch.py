"""A bidirectional LSTM in PyTorch that tags each step of a sequence by what comes before it and after it."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from common_data import Data, neighbours
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, classifier
from torch import Tensor, nn

STEPS, HIDDEN, TAGS = 32, 64, 2


class UnrolledBiLSTM(nn.Module):
    """What a bidirectional nn.LSTM does, as two loops over time steps, one from the end."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.forwards = nn.LSTMCell(features, hidden)
        self.backwards = nn.LSTMCell(features, hidden)

    def forward(self, sequences: Tensor) -> tuple[Tensor, None]:
        """Return the states of shape (batch, steps, 2 hidden); sequences have (batch, steps, features)."""
        steps = sequences.unbind(1)
        there, back = read(self.forwards, steps), read(self.backwards, steps[::-1])[::-1]
        return torch.cat([torch.stack(there, 1), torch.stack(back, 1)], dim=2), None


def read(cell: nn.LSTMCell, steps: Sequence[Tensor]) -> list[Tensor]:
    """Return the state after each step."""
    state, states = None, []
    for features in steps:
        state = cell(features, state)
        states.append(state[0])
    return states


class Tagger(nn.Module):
    """Names each step of a sequence by the states from both ends."""

    def __init__(self, recurrent: nn.Module) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.tag = nn.Linear(2 * HIDDEN, TAGS)

    def forward(self, sequences: Tensor) -> Tensor:
        """Return scores of shape (batch, TAGS, steps)."""
        states, _ = self.recurrent(sequences)
        scores: Tensor = self.tag(states)
        return scores.transpose(1, 2)


def network(*, unrolled: bool) -> Network:
    """Return the untrained network, its recurrent layer unrolled in Python or in one piece."""
    if unrolled:
        return classifier(Tagger(UnrolledBiLSTM(1, HIDDEN)))
    return classifier(Tagger(nn.LSTM(1, HIDDEN, batch_first=True, bidirectional=True)))


def data(count: int, seed: int = 0) -> Data:
    """Return random sequences and, for each step, whether the one before is above the one after."""
    return neighbours(count, STEPS, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(partial(network, unrolled=False), data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    arguments = parse(__doc__, argv)
    return train(partial(network, unrolled=arguments.slow), data, arguments)


if __name__ == "__main__":
    main()
