"""deep-learning/keras-recurrent-loop

Slow: an LSTM with another activation runs as a loop.
Tuned: with the one that cuDNN knows.

python examples/runs/keras_recurrent_loop.py [--tuned]
"""

import sys

import keras
import numpy as np

TIMES, BATCH, WIDTH = 50, 32, 64


def run(activation):
    model = keras.Sequential([keras.Input((TIMES, 16)), keras.layers.LSTM(WIDTH, activation=activation)])
    inputs = np.random.default_rng(1).random((4 * BATCH, TIMES, 16), dtype=np.float32)
    print(model.predict(inputs, batch_size=BATCH, verbose=0).mean())


if __name__ == "__main__":
    run("tanh" if "--tuned" in sys.argv else "relu")
