"""A multi-layer perceptron in Keras: so little arithmetic that launches and input set the pace."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from common_data import Data, classes
from common_keras import adam, one_step, train
from common_run import Outcome, parse

FEATURES, HIDDEN, CLASSES = 64, 256, 10


def network(**how: Any) -> keras.Model:
    """Return the untrained network, compiled as `how` tells Keras."""
    model = keras.Sequential(
        [
            keras.Input([FEATURES]),
            keras.layers.Dense(HIDDEN, "relu"),
            keras.layers.Dense(HIDDEN, "relu"),
            keras.layers.Dense(CLASSES, dtype="float32"),
        ]
    )
    model.compile(adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **how)
    return model


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
