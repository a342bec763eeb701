"""A convolutional network in PyTorch, after LeNet-5: two convolutions, three dense layers."""

from collections.abc import Callable, Sequence

from common_data import Data, classes
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, classifier
from torch import nn

SIZE, CLASSES = 28, 10


def network() -> Network:
    """Return the untrained network."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, CLASSES),
    )
    return classifier(model)


def data(count: int, seed: int = 0) -> Data:
    """Return noisy pictures in grey and the number of the pattern in each."""
    return classes(count, (1, SIZE, SIZE), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
