"""A small residual network in PyTorch: three stages, as He et al. (2016) had for CIFAR-10."""

from collections.abc import Callable, Sequence

from common_data import Data, classes
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, classifier
from torch import Tensor, nn

SIZE, CLASSES = 32, 10
WIDTHS = (16, 32, 64)


class Block(nn.Module):
    """Two convolutions and a way around them; a stride halves the picture."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.around = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return shape (batch, outputs, height / stride, width / stride)."""
        return nn.functional.relu(self.convolutions(pictures) + self.around(pictures))


def network() -> Network:
    """Return the untrained network."""
    first, second, third = WIDTHS
    model = nn.Sequential(
        nn.Conv2d(3, first, 3, padding=1, bias=False),
        nn.BatchNorm2d(first),
        nn.ReLU(),
        Block(first, first, stride=1),
        Block(first, second, stride=2),
        Block(second, third, stride=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(third, CLASSES),
    )
    return classifier(model)


def data(count: int, seed: int = 0) -> Data:
    """Return noisy pictures in colour and the number of the pattern in each."""
    return classes(count, (3, SIZE, SIZE), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
