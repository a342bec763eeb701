"""Training in Keras: what surrounds a step, slow or tuned."""

from collections.abc import Callable

import common_keras_slow as slow
import common_keras_tuned as tuned
import keras
import tensorflow as tf
from common_data import Data
from common_keras_data import as_numbers
from common_run import Arguments, Outcome, Stopwatch

HELD_OUT = 256
"""Samples that are kept from training, to be judged by."""


def adam(learning_rate: float = 1e-3, beta: float = 0.9) -> keras.Optimizer:
    """Return the optimiser; it scales the loss where float16 would round small gradients to zero."""
    optimizer = keras.optimizers.Adam(learning_rate, beta)
    if keras.config.dtype_policy().name == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def train(build: Callable[..., keras.Model], data: Callable[..., Data], arguments: Arguments) -> Outcome:
    """Train what `build` returns on what `data(count, seed=...)` returns; print and return what came."""
    variant = slow if arguments.slow else tuned
    device = choose(arguments.device)
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(slow.POLICY if arguments.slow else tuned.policy())
    with tf.device(device):
        model = build(**variant.HOW)
        held_out = as_numbers(*data(HELD_OUT, seed=1))
        before = judge(model, held_out)
        watch = Stopwatch(arguments, tf.test.experimental.sync_devices)
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: watch.step())
        batches = variant.batches(data(arguments.steps * arguments.batch), arguments.batch)
        model.fit(batches, epochs=arguments.epochs, shuffle=False, verbose=0, callbacks=[step])
        speed = watch.samples_per_second()
        outcome = Outcome(before, judge(model, held_out), speed)
    print(f"{arguments.variant} on {device}, batch {arguments.batch}: {outcome}")
    return outcome


def one_step(build: Callable[..., keras.Model], data: Data) -> Callable[[], object]:
    """Return a function that runs one tuned step, without XLA, on `data` that lies on the device."""
    keras.config.set_dtype_policy(tuned.policy())
    with tf.device(choose(None)):
        model = build(jit_compile=False)
        inputs, targets = map(tf.identity, as_numbers(*data))
    return lambda: model.train_on_batch(inputs, targets)


def choose(name: str | None) -> str:
    """Return TensorFlow's name of the device, by default of the GPU if there is one."""
    gpu = tf.config.list_physical_devices("GPU")
    return {"cpu": "CPU:0", "cuda": "GPU:0"}[name or ("cuda" if gpu else "cpu")]


def judge(model: keras.Model, held_out: tuple[tf.Tensor, tf.Tensor]) -> float:
    """Return the loss on samples that were kept from training; a single batch is not worth a graph."""
    model.reset_metrics()
    (score,) = model.test_step(held_out).values()
    return float(score)
