"""A bidirectional LSTM in Keras that tags each step of a sequence by what comes before it and after it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
from common_data import Data, neighbours
from common_keras import adam, one_step, train
from common_run import Outcome, parse
from keras.layers import LSTM, RNN, Bidirectional, Dense, LSTMCell

STEPS, HIDDEN, TAGS = 32, 64, 2


def network(*, cells: bool, **how: Any) -> keras.Model:
    """Return the untrained network, its recurrent layer made of cells or in one piece."""
    layer = RNN(LSTMCell(HIDDEN), return_sequences=True) if cells else LSTM(HIDDEN, return_sequences=True)
    model = keras.Sequential([keras.Input([STEPS, 1]), Bidirectional(layer), Dense(TAGS, dtype="float32")])
    model.compile(adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **how)
    return model


def data(count: int, seed: int = 0) -> Data:
    """Return random sequences and, for each step, whether the one before is above the one after."""
    return neighbours(count, STEPS, seed=seed)


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(partial(network, cells=False), data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    arguments = parse(__doc__, argv)
    return train(partial(network, cells=arguments.slow), data, arguments)


if __name__ == "__main__":
    main()
