"""Train a network of examples/networks, for a few steps on the CPU."""

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "networks"
NETWORKS = ("mlp", "cnn", "resnet", "rnn", "lstm", "bilstm", "gan")
BATCH, STEPS = 32, 12
"""Enough for every loss to fall by more than half a percent."""


def needs(package: str, name: str) -> pytest.MarkDecorator:
    """Skip where a framework is not installed, as in the environment of `make test`."""
    missing = find_spec(package) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not installed: make test-frameworks")


def load(name: str) -> ModuleType:
    """Import a file of examples/networks, its folder first on the path, as `python FILE` has it."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)


def train(name: str, variant: str, *, batch: int = BATCH, steps: int = STEPS) -> Any:  # an Outcome
    """Train for one short epoch; return what came of it."""
    options = {"variant": variant, "batch": batch, "steps": steps, "epochs": 1, "device": "cpu"}
    return load(name).main([f"--{option}={value}" for option, value in options.items()])


def check(slow: Any, tuned: Any, *, relative: float) -> None:
    """The loss on samples not seen in training falls, and by the same amount however it is trained."""
    assert slow.loss_after < 0.995 * slow.loss_before
    assert tuned.loss_before == pytest.approx(slow.loss_before, rel=relative)
    assert tuned.loss_after == pytest.approx(slow.loss_after, rel=relative)
    assert slow.samples_per_second > 0
    assert tuned.samples_per_second > 0
