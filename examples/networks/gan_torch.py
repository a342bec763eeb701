"""A generative adversarial network in PyTorch: generator and discriminator, trained in turns.

Both are convolutional, after Radford et al. (2016). Their losses need not fall, as each makes the other's
task harder; what is printed as the loss is how far the pixels of generated pictures are from those of real
ones, in mean and in deviation.
"""

from collections.abc import Callable, Sequence

import torch
from common_data import Data, discs
from common_run import Outcome, parse
from common_torch import one_step, train
from common_torch_network import Network, Update
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

SIZE, NOISE = 16, 32
LR, BETAS = 1e-3, (0.5, 0.999)


def make_generator() -> nn.Module:
    """Return a network from noise of shape (batch, NOISE) to pictures of shape (batch, 1, SIZE, SIZE)."""
    return nn.Sequential(
        nn.Unflatten(1, (NOISE, 1, 1)),
        nn.ConvTranspose2d(NOISE, 64, 4),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )


def make_discriminator() -> nn.Module:
    """Return a network from pictures to scores of shape (batch, 1), above zero where they look real."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 1),
    )


def network() -> Network:
    """Return the untrained pair: a step trains the discriminator, then the generator."""
    generator, discriminator = make_generator(), make_discriminator()

    def fakes(real: Tensor) -> Tensor:
        pictures: Tensor = generator(torch.randn(len(real), NOISE, device=real.device))
        return pictures

    def discriminator_loss(real: Tensor, _: Tensor) -> Tensor:
        with torch.no_grad():  # this turn leaves the generator as it is
            fake = fakes(real)
        return verdict(discriminator(real), wanted=1.0) + verdict(discriminator(fake), wanted=0.0)

    def generator_loss(real: Tensor, _: Tensor) -> Tensor:
        return verdict(discriminator(fakes(real)), wanted=1.0)

    def difference(real: Tensor, _: Tensor) -> Tensor:
        fake = fakes(real)
        return (fake.mean(0) - real.mean(0)).square().mean() + (fake.std(0) - real.std(0)).square().mean()

    turns = [
        Update(discriminator, discriminator_loss, learning_rate=LR, betas=BETAS),
        Update(generator, generator_loss, learning_rate=LR, betas=BETAS),
    ]
    return Network(turns, score=difference)


def verdict(scores: Tensor, wanted: float) -> Tensor:
    """Return how far the discriminator is from saying `wanted` of every picture."""
    return binary_cross_entropy_with_logits(scores, torch.full_like(scores, wanted))


def data(count: int, seed: int = 0) -> Data:
    """Return the pictures that are to be imitated, and their discs' radii, which nobody looks at."""
    pictures, radii = discs(count, SIZE, seed=seed)
    return pictures[:, None], radii


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
