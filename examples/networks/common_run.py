"""What every network is told on the command line, and what it tells."""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WARM_UP_STEPS = 3
"""Steps that are not timed: they compile, allocate and choose algorithms."""


@dataclass(frozen=True)
class Arguments:
    """How to train; see README.md."""

    variant: str
    batch: int
    steps: int
    epochs: int
    device: str | None

    @property
    def slow(self) -> bool:
        """Whether this is the variant with the faults."""
        return self.variant == "slow"


@dataclass(frozen=True)
class Outcome:
    """What training did: the loss on samples that it has not seen, and its speed after the first steps."""

    loss_before: float
    loss_after: float
    samples_per_second: float

    def __str__(self) -> str:
        losses = f"loss {self.loss_before:.4f} -> {self.loss_after:.4f}"
        return f"{losses}   {self.samples_per_second:,.0f} samples/s"


def parse(description: str | None, argv: Sequence[str] | None = None) -> Arguments:
    """Return the arguments of the command line, or of `argv`."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--variant", choices=("slow", "tuned"), default="slow")
    parser.add_argument("--batch", type=_positive, help="samples in a step  [16 slow, 256 tuned]")
    parser.add_argument("--steps", type=_positive, default=50, help="steps in an epoch")
    parser.add_argument("--epochs", type=_positive, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), help="the GPU if there is one")
    given = vars(parser.parse_args(argv))
    given["batch"] = given["batch"] or (16 if given["variant"] == "slow" else 256)
    return Arguments(**given)


class Stopwatch:
    """Times training after its first steps; `wait` returns when the device has nothing left to do."""

    def __init__(self, arguments: Arguments, wait: Callable[[], object]) -> None:
        self._batch = arguments.batch
        self._steps = -min(WARM_UP_STEPS, arguments.steps * arguments.epochs - 1)
        self._wait = wait
        self._started = time.perf_counter()

    def step(self) -> None:
        """Count a step that has been asked for."""
        self._steps += 1
        if self._steps == 0:
            self._wait()
            self._started = time.perf_counter()

    def samples_per_second(self) -> float:
        """Return the speed since the first steps."""
        self._wait()
        return self._batch * self._steps / (time.perf_counter() - self._started)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
