"""Training in Keras, tuned. common_keras_slow.py is the same training as it is often written first."""

import tensorflow as tf
from common_data import Data
from common_keras_data import as_numbers

HOW = {"jit_compile": "auto"}  # a tf.function, through XLA where all layers can: cuDNN's LSTM cannot


def batches(data: Data, batch: int) -> tf.data.Dataset:
    """Convert whole batches, several at once, ahead of the step that needs them."""
    samples = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data[0]), seed=0)
    converted = samples.batch(batch, drop_remainder=True).map(as_numbers, num_parallel_calls=tf.data.AUTOTUNE)
    return converted.prefetch(tf.data.AUTOTUNE)


def policy() -> str:
    """Return bfloat16, which needs no loss scaling; float16 on a GPU before compute capability 8.0."""
    details = map(tf.config.experimental.get_device_details, tf.config.get_visible_devices("GPU"))
    if any(each.get("compute_capability", (8, 0)) < (8, 0) for each in details):
        return "mixed_float16"
    return "mixed_bfloat16"
