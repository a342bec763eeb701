"""What both variants do to a sample, or to a batch of them."""

import tensorflow as tf


def as_numbers(inputs: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Turn bytes into numbers from -1 to 1."""
    return tf.cast(inputs, tf.float32) / 127.5 - 1, targets
