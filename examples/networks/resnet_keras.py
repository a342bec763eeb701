"""A small residual network in Keras: three stages, as He et al. (2016) had for CIFAR-10."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from common_data import Data, classes
from common_keras import adam, one_step, train
from common_run import Outcome, parse
from keras import layers

SIZE, CLASSES = 32, 10
WIDTHS = (16, 32, 64)


def network(**how: Any) -> keras.Model:
    """Return the untrained network, compiled as `how` tells Keras."""
    first, second, third = WIDTHS
    pictures = keras.Input([SIZE, SIZE, 3])
    values = normalized(convolved(pictures, first))
    values = block(values, first, stride=1)
    values = block(values, second, stride=2)
    values = block(values, third, stride=2)
    values = layers.GlobalAveragePooling2D()(values)
    model = keras.Model(pictures, layers.Dense(CLASSES, dtype="float32")(values))
    model.compile(adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **how)
    return model


def block(values: Any, width: int, stride: int) -> Any:
    """Return two convolutions of `values` and a way around them; a stride halves the picture."""
    way = normalized(convolved(values, width, stride=stride))
    way = layers.BatchNormalization()(convolved(way, width))
    around = values if stride == 1 else convolved(values, width, kernel=1, stride=stride)
    return layers.ReLU()(layers.Add()([way, around]))


def convolved(values: Any, width: int, *, kernel: int = 3, stride: int = 1) -> Any:
    """Return a convolution without bias, which the normalization after it would undo."""
    return layers.Conv2D(width, kernel, stride, padding="same", use_bias=False)(values)


def normalized(values: Any) -> Any:
    """Return the values, normalized and rectified."""
    return layers.ReLU()(layers.BatchNormalization()(values))


def data(count: int, seed: int = 0) -> Data:
    """Return noisy pictures in colour and the number of the pattern in each."""
    return classes(count, (SIZE, SIZE, 3), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
