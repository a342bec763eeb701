"""deep-learning/input-tf-data

Slow: `tf.data` makes each batch when it is asked for.
Tuned: in parallel and ahead.

python examples/runs/input_tf_data.py [--tuned]
"""

import sys

import keras
import numpy as np
import tensorflow as tf

SAMPLES, BATCH = 512, 32


def decode(index):
    image = tf.random.stateless_uniform([64, 64, 3], seed=[index, 0])
    return tf.image.adjust_saturation(tf.image.rot90(image), 0.5), tf.cast(index % 10, tf.int32)


def slow():
    return tf.data.Dataset.range(SAMPLES).map(decode).batch(BATCH)


def tuned():
    indices = tf.data.Dataset.range(SAMPLES)
    return indices.map(decode, num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH).prefetch(tf.data.AUTOTUNE)


if __name__ == "__main__":
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(tuned() if "--tuned" in sys.argv else slow(), epochs=2, verbose=0)
    print(np.round(history.history["loss"], 3))
