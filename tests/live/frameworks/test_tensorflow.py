"""A real TensorFlow on the CPU: swept over its batch; recorded only where there is CUPTI."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

STEP = """
import keras, numpy as np, tensorflow as tf
def step(batch):
    if batch >= 64: tf.zeros((2**46,), dtype=tf.float32)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((16,)), keras.layers.Dense(8)])
    model.compile("sgd", "mse")
    inputs, targets = np.ones((batch, 16), "float32"), np.ones((batch, 8), "float32")
    return lambda: model.train_on_batch(inputs, targets)
"""


def gpuadvisor(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GPUADVISOR_STATE_DIR": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "-m", "gpuadvisor", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=folder, env=environment,
    )  # fmt: skip


def test_a_batch_that_tensorflow_refuses_ends_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEP)
    ended = gpuadvisor(
        tmp_path,
        "batch-size",
        "steps.py:step",
        "--from",
        32,
        "--to",
        64,
        "--seconds",
        0.1,
        "--format",
        "json",
    )
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["place"]["framework"].startswith("TensorFlow 2")
    outcomes = {point["batch"]: point["outcome"] for point in document["points"]}
    assert (outcomes[32], outcomes[64]) == ("measured", "out-of-memory")
    assert document["points"][0]["loss_was_finite"] is True


@pytest.mark.skipif(find_spec("cupti") is not None, reason="cupti-python is installed")
def test_without_cupti_it_cannot_be_recorded(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import tensorflow as tf\nprint(float(tf.reduce_sum(tf.ones(3))))")
    ended = gpuadvisor(tmp_path, "profile", "train.py")
    assert (ended.returncode, ended.stdout) == (2, "3.0\n")
    assert "used TensorFlow, which CUPTI records: pip install 'gpuadvisor[cupti]'" in ended.stderr
