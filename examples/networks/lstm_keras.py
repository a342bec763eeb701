"""A long short-term memory in Keras that names noisy sequences: the fused layer, or a loop over a cell.

keras.layers.LSTM takes cuDNN's kernel on a GPU, as long as its activations are the defaults; RNN(LSTMCell)
computes the same and never does.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
from common_data import Data, classes
from common_keras import adam, one_step, train
from common_run import Outcome, parse

STEPS, FEATURES, HIDDEN, CLASSES = 32, 16, 64, 10


def network(*, cells: bool, **how: Any) -> keras.Model:
    """Return the untrained network, its recurrent layer made of cells or in one piece."""
    layer = keras.layers.RNN(keras.layers.LSTMCell(HIDDEN)) if cells else keras.layers.LSTM(HIDDEN)
    model = keras.Sequential(
        [keras.Input([STEPS, FEATURES]), layer, keras.layers.Dense(CLASSES, dtype="float32")]
    )
    model.compile(adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **how)
    return model


def data(count: int, seed: int = 0) -> Data:
    """Return noisy sequences and the number of the pattern in each."""
    return classes(count, (STEPS, FEATURES), names=CLASSES, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(partial(network, cells=False), data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    arguments = parse(__doc__, argv)
    return train(partial(network, cells=arguments.slow), data, arguments)


if __name__ == "__main__":
    main()
