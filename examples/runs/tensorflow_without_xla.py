"""deep-learning/tensorflow-without-xla

Slow: elementwise operators one by one.
Tuned: fused by XLA.

python examples/runs/tensorflow_without_xla.py [--tuned]
"""

import sys

import tensorflow as tf

STEPS = 20


def activate(values):
    for _ in range(10):
        values = tf.tanh(values) * 1.1 + tf.sqrt(tf.abs(values)) / 2
    return values


def run(*, fused):
    function = tf.function(activate, jit_compile=True) if fused else activate
    values = tf.random.uniform([1024, 1024])
    for _ in range(STEPS):
        values = function(values)
    print(float(tf.reduce_mean(values)))


if __name__ == "__main__":
    run(fused="--tuned" in sys.argv)
