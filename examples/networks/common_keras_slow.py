"""Training in Keras as it is often written first. common_keras_tuned.py is the same training, tuned."""

import tensorflow as tf
from common_data import Data
from common_keras_data import as_numbers

POLICY = "float32"
HOW = {"run_eagerly": True}  # each operator by itself, called from Python


def batches(data: Data, batch: int) -> tf.data.Dataset:
    """Convert samples one by one, while the device waits."""
    samples = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data[0]), seed=0)
    return samples.map(as_numbers).batch(batch, drop_remainder=True)
