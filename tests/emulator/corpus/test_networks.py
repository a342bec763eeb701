"""Tolerances are a few units in the last place of float, more where the fast intrinsics are used."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator.corpus.harness import Runner, floats, integers, scalars

FILE = "networks.cu"
ROWS = 4 * floats(1, (5, 77))


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def test_softmax_of_a_row_per_block(run: Runner) -> None:
    out, _ = run(FILE, "softmax_block", 5, 64, np.zeros_like(ROWS), ROWS, np.int32(77))
    np.testing.assert_allclose(out, softmax(ROWS.astype(np.float64)), rtol=5e-6)


def test_softmax_in_one_pass(run: Runner) -> None:
    out, _ = run(FILE, "softmax_online", 2, (32, 4), np.zeros_like(ROWS), ROWS, *scalars(np.int32, 5, 77))
    np.testing.assert_allclose(out, softmax(ROWS.astype(np.float64)), rtol=5e-6)


def test_layer_norm(run: Runner) -> None:
    gain, bias = floats(2, 77), floats(3, 77)
    wide = ROWS.astype(np.float64)
    spread = np.sqrt(wide.var(axis=1, keepdims=True) + 1e-5)
    expected = (wide - wide.mean(axis=1, keepdims=True)) / spread * gain + bias
    out, *_ = run(FILE, "layer_norm", 5, 32, np.zeros_like(ROWS), ROWS, gain, bias, np.int32(77))
    np.testing.assert_allclose(out, expected, atol=5e-6)


def test_rms_norm_in_half(run: Runner) -> None:
    rows = floats(4, (3, 200), np.float16)
    wide = rows.astype(np.float64)
    expected = wide / np.sqrt((wide**2).mean(axis=1, keepdims=True))
    out, _ = run(FILE, "rms_norm_half", 3, 64, np.zeros_like(rows), rows, np.int32(100))
    np.testing.assert_allclose(out, expected, rtol=2**-10)


def test_causal_attention(run: Runner) -> None:
    q, k, v = (floats(seed, (75, 8)) for seed in (5, 6, 7))
    scores = (q.astype(np.float64) @ k.T) / math.sqrt(8)
    scores[np.triu_indices(75, 1)] = -np.inf
    out, *_ = run(FILE, "attention<8, 32>", 3, 32, np.zeros_like(q), q, k, v, np.int32(75))
    np.testing.assert_allclose(out, softmax(scores) @ v, atol=5e-6)


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        (0, lambda x: x if x > 0 else 0.01 * x),
        (1, lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))),
        (2, lambda x: x / (1 + math.exp(-x))),
        (3, math.tanh),
    ],
)
def test_activations(run: Runner, kind: int, function: Callable[[float], float]) -> None:
    x = 5 * floats(8, 100)
    out, _ = run(FILE, "activate", 1, 128, np.zeros_like(x), x, *scalars(np.int32, 100, kind))
    np.testing.assert_allclose(out, [function(value) for value in x.tolist()], rtol=1e-5, atol=3e-7)


def test_quantisation(run: Runner) -> None:
    codes, scale, _ = run(
        FILE, "quantise", 5, 64, np.zeros((5, 77), np.int8), np.zeros(5, np.float32), ROWS, np.int32(77)
    )
    np.testing.assert_array_equal(scale, abs(ROWS).max(axis=1) / np.float32(127))
    assert abs(codes * scale[:, None] - ROWS).max() <= 0.501 * scale.max()
    assert abs(codes.astype(int)).max() == 127


def test_products_of_int8(run: Runner) -> None:
    a, b = integers(9, (6, 40), -128, 128, np.int8), integers(10, (32, 40), -128, 128, np.int8)
    out, *_ = run(FILE, "dot_int8", 6, 32, np.zeros((6, 32), np.int32), a, b, np.int32(10))
    np.testing.assert_array_equal(out, a.astype(int) @ b.T.astype(int))


def test_products_of_int16_and_int8(run: Runner) -> None:
    a, b = integers(11, 400, -32768, 32768, np.int16), integers(12, 400, -128, 128, np.int8)
    out, *_ = run(FILE, "dot_mixed", 1, 32, np.zeros(1, np.int32), a, b, np.int32(100))
    assert out[0] == a.astype(int) @ b.astype(int)
