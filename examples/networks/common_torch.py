"""Training in PyTorch: the loop around a step, slow or tuned."""

from collections.abc import Callable

import torch
from common_data import Data
from common_run import Arguments, Outcome, Stopwatch
from common_torch_network import Network, Samples
from common_torch_slow import SlowTraining
from common_torch_tuned import TunedTraining
from torch import Tensor

HELD_OUT = 256
"""Samples that are kept from training, to be judged by."""


def train(build: Callable[[], Network], data: Callable[..., Data], arguments: Arguments) -> Outcome:
    """Train what `build` returns on what `data(count, seed=...)` returns; print and return what came."""
    torch.manual_seed(0)
    device = choose(arguments.device)
    network = build()
    training = (SlowTraining if arguments.slow else TunedTraining)(network, device)
    held_out = Samples(data(HELD_OUT, seed=1))[list(range(HELD_OUT))]
    before = judge(network, held_out, device)
    batches = training.batches(Samples(data(arguments.steps * arguments.batch)), arguments.batch)
    watch = Stopwatch(arguments, lambda: wait(device))
    for _ in range(arguments.epochs):
        for inputs, targets in batches:
            training.step(inputs, targets)
            watch.step()
    speed = watch.samples_per_second()
    outcome = Outcome(before, judge(network, held_out, device), speed)
    print(f"{arguments.variant} on {device}, batch {arguments.batch}: {outcome}")
    return outcome


def one_step(build: Callable[[], Network], data: Data) -> Callable[[], object]:
    """Return a function that runs one tuned step, not compiled, on `data` that lies on the device."""
    device = choose(None)
    training = TunedTraining(build(), device, compiled=False)
    inputs, targets = Samples(data)[list(range(len(data[0])))]
    inputs, targets = inputs.to(device), targets.to(device)
    return lambda: training.step(inputs, targets)


def choose(name: str | None) -> torch.device:
    """Return the named device, else the GPU if there is one."""
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))


def wait(device: torch.device) -> None:
    """Return when `device` has done what it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize()


@torch.no_grad()
def judge(network: Network, samples: tuple[Tensor, Tensor], device: torch.device) -> float:
    """Return the score on samples that were kept from training."""
    modules = [update.module for update in network.updates]
    for module in modules:
        module.eval()
    score = network.score(samples[0].to(device), samples[1].to(device)).item()
    for module in modules:
        module.train()
    return score
