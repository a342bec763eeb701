"""Approximate functions within the manual's bounds, and their special values bit for bit.

PTX ISA 9.7.3: div 2 ulp (.8); rcp 1 ulp (.13); sqrt 2**-23 relative (.15); rsqrt 2**-22.9 relative (.16);
sin, cos 2**-20.5 absolute in [-2 pi, 2 pi] (.18, .19); lg2 2**-22 absolute in (0.5, 2), else relative (.20);
ex2 2 ulp (.21); tanh 2**-11 relative (.22).
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator.semantics.lanes import result

Floats = NDArray[np.float32]


def evaluate(text: str, *values: Floats) -> NDArray[np.float64]:
    found = result(text, *(value.view(np.uint32) for value in values))
    return found.view(np.float32).astype(np.float64)


def inputs(low: float, high: float, seed: int = 1) -> Floats:
    random = np.random.default_rng(seed)
    return random.uniform(low, high, (20, 32)).astype(np.float32)


def magnitudes(seed: int = 1) -> Floats:
    return np.exp2(inputs(-120, 120, seed).astype(np.float64)).astype(np.float32)


def each(function: Callable[[float], float], values: Floats) -> NDArray[np.float64]:
    return np.array([[function(float(value)) for value in row] for row in values])


@pytest.mark.parametrize("suffix", ["", ".ftz"])
@pytest.mark.parametrize(
    ("name", "function", "relative"),
    [
        ("rcp", lambda x: 1 / x, 2**-23),
        ("sqrt", math.sqrt, 2**-23),
        ("rsqrt", lambda x: 1 / math.sqrt(x), 2**-22.9),
    ],
)
def test_roots_and_reciprocals(
    name: str, suffix: str, function: Callable[[float], float], relative: float
) -> None:
    x = magnitudes()
    np.testing.assert_allclose(evaluate(f"{name}.approx{suffix}.f32", x), each(function, x), rtol=relative)


@pytest.mark.parametrize(("name", "function"), [("sin", math.sin), ("cos", math.cos)])
def test_angles(name: str, function: Callable[[float], float]) -> None:
    x = inputs(-2 * math.pi, 2 * math.pi)
    error = np.abs(evaluate(f"{name}.approx.f32", x) - each(function, x))
    assert error.max() <= 2**-20.5


def test_logarithms() -> None:
    near = inputs(0.5001, 1.9999)
    assert np.abs(evaluate("lg2.approx.f32", near) - each(math.log2, near)).max() <= 2**-22
    far = magnitudes()
    far = far[(far < 0.5) | (far > 2)].reshape(1, -1)
    np.testing.assert_allclose(evaluate("lg2.approx.f32", far), each(math.log2, far), rtol=2**-22)


def test_powers_and_tangents() -> None:
    x = inputs(-125, 127)
    np.testing.assert_allclose(evaluate("ex2.approx.ftz.f32", x), each(lambda v: 2.0**v, x), rtol=2 * 2**-23)
    small = inputs(-9, 9)
    np.testing.assert_allclose(evaluate("tanh.approx.f32", small), each(math.tanh, small), rtol=2**-11)


@pytest.mark.parametrize("mode", ["approx", "full"])
def test_quotients(mode: str) -> None:
    a, b = inputs(-8, 8, 1), inputs(0.1, 9, 2)
    exact = a.astype(np.float64) / b
    np.testing.assert_allclose(evaluate(f"div.{mode}.f32", a, b), exact, rtol=2 * 2**-23)


def test_approximate_division_by_huge_numbers() -> None:
    huge, infinity = 0x7F000000, 0x7F800000
    found = result("div.approx.f32", [[0x3F800000, 0xBF800000, infinity]], huge | 1)
    assert found[0].tolist() == [0, 1 << 31, 0x7FFFFFFF]
    assert int(result("div.full.f32", 0x3F800000, huge)[0, 0]) == 0x00400000


ZERO, MINUS_ZERO, ONE, INFINITY, MINUS_INFINITY, NAN = (
    0,
    1 << 31,
    0x3F800000,
    0x7F800000,
    0xFF800000,
    0x7FFFFFFF,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rcp", [INFINITY, MINUS_INFINITY, ZERO, MINUS_ZERO, NAN]),
        ("sqrt", [ZERO, MINUS_ZERO, INFINITY, NAN, NAN]),
        ("rsqrt", [INFINITY, MINUS_INFINITY, ZERO, NAN, NAN]),
        ("sin", [ZERO, MINUS_ZERO, NAN, NAN, NAN]),
        ("cos", [ONE, ONE, NAN, NAN, NAN]),
        ("lg2", [MINUS_INFINITY, MINUS_INFINITY, INFINITY, NAN, NAN]),
        ("ex2", [ONE, ONE, INFINITY, ZERO, NAN]),
        ("tanh", [ZERO, MINUS_ZERO, ONE, 0xBF800000, NAN]),
    ],
)
def test_special_values(name: str, expected: list[int]) -> None:
    found = result(f"{name}.approx.f32", [[ZERO, MINUS_ZERO, INFINITY, MINUS_INFINITY, 0x7FC00001]])
    assert [hex(int(x)) for x in found[0]] == [hex(x) for x in expected]


def doubles(values: list[float]) -> NDArray[np.uint64]:
    return np.array([values]).view(np.uint64)


def test_gross_doubles_use_upper_words_only() -> None:
    x = doubles([3.0, -7.5, 1e300, 1e-300])
    for name, function in (("rcp", lambda v: 1 / v), ("rsqrt", lambda v: 1 / math.sqrt(abs(v)))):
        operands = x if name == "rcp" else x & np.uint64(2**63 - 1)
        found = result(f"{name}.approx.ftz.f64", operands)
        assert not (found & np.uint64(0xFFFFFFFF)).any()
        exact = [function(float(v)) for v in operands.view(np.float64)[0]]
        np.testing.assert_allclose(found.view(np.float64)[0], exact, rtol=2**-19)
    special = doubles([0.0, -0.0, 2.0**-1060, math.inf, math.nan])
    found = result("rcp.approx.ftz.f64", special)
    infinity, minus_infinity = 0x7FF << 52, 0xFFF << 52
    assert found[0].tolist() == [infinity, minus_infinity, infinity, 0, 0x7FFFFFFF00000000]
    found = result("rsqrt.approx.ftz.f64", special)
    assert found[0].tolist() == [infinity, minus_infinity, infinity, 0, 0x7FFFFFFF00000000]


def test_halves() -> None:
    one, zero = 0x3C00, 0
    assert int(result("ex2.approx.f16", zero)[0, 0]) == one
    assert int(result("tanh.approx.f16", 0x7C00)[0, 0]) == one
    assert int(result("ex2.approx.ftz.bf16", 0x3F80)[0, 0]) == 0x4000
