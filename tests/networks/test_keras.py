"""Every network in Keras, slow and tuned: it learns, both learn the same, and its step can be swept."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.networks.training import NETWORKS, check, load, needs, train

pytestmark = [needs("tensorflow", "TensorFlow"), pytest.mark.filterwarnings("default")]
HALF = 0.02
"""How far eight bits of significand let a loss drift in eight steps."""


@pytest.fixture(scope="module", autouse=True)
def tensorflow() -> Iterator[Any]:
    """TensorFlow on one thread, its policy as it was afterwards."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    yield tf
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_and_the_tuned_variant_learns_the_same(name: str) -> None:
    slow, tuned = (train(f"{name}_keras", variant, steps=8) for variant in ("slow", "tuned"))
    check(slow, tuned, relative=HALF)


@pytest.mark.parametrize("name", NETWORKS)
def test_its_step_trains_on_a_batch_of_the_given_size(name: str) -> None:
    step = load(f"{name}_keras").training_step(16)
    losses = [np.atleast_1d(step())[0] for _ in range(4)]
    assert losses[-1] < losses[0]


def test_both_pipelines_deliver_the_same_batches(tensorflow: Any) -> None:
    data = load("mlp_keras").data(100)
    found = []
    for variant in ("slow", "tuned"):
        tensorflow.keras.utils.set_random_seed(0)
        found.append(list(load(f"common_keras_{variant}").batches(data, 32).as_numpy_iterator()))
    assert len(found[0]) == len(found[1]) == 3
    for (inputs, targets), (like, labels) in zip(*found, strict=True):
        assert inputs.shape == (32, 64)
        np.testing.assert_array_equal(inputs, like)
        np.testing.assert_array_equal(targets, labels)


def test_what_float16_would_round_to_zero_is_scaled() -> None:
    import keras

    adam = load("common_keras").adam
    scaled = {}
    for policy in ("float32", "mixed_bfloat16", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        scaled[policy] = float(adam().scale_loss(1.0)) > 1
    keras.config.set_dtype_policy("float32")
    assert scaled == {"float32": False, "mixed_bfloat16": False, "mixed_float16": True}
