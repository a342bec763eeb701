"""A multi-layer perceptron in PyTorch: so little arithmetic that launches and input set the pace."""

from collections.abc import Callable, Sequence

from common_data import Data, classes
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, classifier
from torch import nn

FEATURES, HIDDEN, CLASSES = 64, 256, 10


def network() -> Network:
    """Return the untrained network."""
    model = nn.Sequential(
        nn.Linear(FEATURES, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, CLASSES),
    )
    return classifier(model)


def data(count: int, seed: int = 0) -> Data:
    """Return noisy vectors and the number of the pattern in each."""
    return classes(count, (FEATURES,), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
