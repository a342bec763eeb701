"""A generative adversarial network in Keras: generator and discriminator, trained in turns.

Both are convolutional, after Radford et al. (2016). Their losses need not fall, as each makes the other's
task harder; what is printed as the loss is how far the pixels of generated pictures are from those of real
ones, in mean and in deviation.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf
from common_data import Data, discs
from common_keras import adam, one_step, train
from common_run import Outcome, parse
from keras import layers

SIZE, NOISE = 16, 32
LR, BETA = 1e-3, 0.5


def make_generator() -> keras.Model:
    """Return a network from noise of shape (batch, NOISE) to pictures of shape (batch, SIZE, SIZE, 1)."""
    return keras.Sequential(
        [
            keras.Input([NOISE]),
            layers.Reshape([1, 1, NOISE]),
            layers.Conv2DTranspose(64, 4),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(32, 4, 2, padding="same"),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 4, 2, padding="same", activation="tanh", dtype="float32"),
        ]
    )


def make_discriminator() -> keras.Model:
    """Return a network from pictures to scores of shape (batch, 1), above zero where they look real."""
    return keras.Sequential(
        [
            keras.Input([SIZE, SIZE, 1]),
            layers.Conv2D(32, 4, 2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(64, 4, 2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1, dtype="float32"),
        ]
    )


class GAN(keras.Model):
    """The pair: a step trains the discriminator, then the generator."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.discriminator = make_generator(), make_discriminator()
        self.optimizers = adam(LR, BETA), adam(LR, BETA)
        self.noise = keras.random.SeedGenerator(0)
        self.verdict = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, noise: tf.Tensor, *, training: bool = False) -> tf.Tensor:
        """Return generated pictures."""
        return self.generator(noise, training=training)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Train both parts once; return their losses."""
        real, *_ = data
        judge, forge = self.optimizers
        return {
            "discriminator": descend(judge, self.discriminator, lambda: self.discriminator_loss(real)),
            "generator": descend(forge, self.generator, lambda: self.generator_loss(real)),
        }

    def discriminator_loss(self, real: tf.Tensor) -> tf.Tensor:
        """Return how far the discriminator is from calling the real real and the generated not."""
        said, said_of_fakes = self.discriminator(real), self.discriminator(self.fakes(real))
        return self.verdict(tf.ones_like(said), said) + self.verdict(tf.zeros_like(said), said_of_fakes)

    def generator_loss(self, real: tf.Tensor) -> tf.Tensor:
        """Return how far the discriminator is from calling the generated real."""
        said = self.discriminator(self.fakes(real))
        return self.verdict(tf.ones_like(said), said)

    def fakes(self, real: tf.Tensor, *, training: bool = True) -> tf.Tensor:
        """Return as many generated pictures as there are real ones."""
        return self(keras.random.normal([tf.shape(real)[0], NOISE], seed=self.noise), training=training)

    def test_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return how far generated pictures are from real ones."""
        real, *_ = data
        fake = self.fakes(real, training=False)
        means = tf.reduce_mean(fake, 0) - tf.reduce_mean(real, 0)
        deviations = tf.math.reduce_std(fake, 0) - tf.math.reduce_std(real, 0)
        return {"difference": tf.reduce_mean(means**2) + tf.reduce_mean(deviations**2)}


def descend(optimizer: keras.Optimizer, part: keras.Model, loss_of: Callable[[], tf.Tensor]) -> tf.Tensor:
    """Move the weights of one part, and of no other, against the loss; return it."""
    weights = part.trainable_weights
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([weight.value for weight in weights])
        loss = loss_of()
        scaled = optimizer.scale_loss(loss)
    optimizer.apply(tape.gradient(scaled, [weight.value for weight in weights]), weights)
    return loss


def network(**how: Any) -> keras.Model:
    """Return the untrained pair, compiled as `how` tells Keras."""
    model = GAN()
    model.compile(**how)
    return model


def data(count: int, seed: int = 0) -> Data:
    """Return the pictures that are to be imitated, and their discs' radii, which nobody looks at."""
    pictures, radii = discs(count, SIZE, seed=seed)
    return pictures[..., None], radii


def training_step(batch_size: int) -> Callable[[], object]:
    """Return a function that trains on `batch_size` samples once, for `gpuadvisor batch-size`."""
    return one_step(network, data(batch_size))


def main(argv: Sequence[str] | None = None) -> Outcome:
    """Train as the command line says."""
    return train(network, data, parse(__doc__, argv))


if __name__ == "__main__":
    main()
