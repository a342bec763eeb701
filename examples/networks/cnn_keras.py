"""A convolutional network in Keras, after LeNet-5: two convolutions, three dense layers."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from common_data import Data, classes
from common_keras import adam, one_step, train
from common_run import Outcome, parse
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

SIZE, CLASSES = 28, 10


def network(**how: Any) -> keras.Model:
    """Return the untrained network, compiled as `how` tells Keras."""
    model = keras.Sequential(
        [
            keras.Input([SIZE, SIZE, 1]),
            Conv2D(8, kernel_size=5, padding="same", activation="relu"),
            MaxPooling2D(),
            Conv2D(16, kernel_size=5, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(120, "relu"),
            Dense(84, "relu"),
            Dense(CLASSES, dtype="float32"),
        ]
    )
    model.compile(adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **how)
    return model


def data(count: int, seed: int = 0) -> Data:
    """Return noisy pictures in grey and the number of the pattern in each."""
    return classes(count, (SIZE, SIZE, 1), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
