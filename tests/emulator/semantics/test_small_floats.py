"""8-bit floats and mixed precision: every code against the OCP tables, conversions by nearest search."""

import math
from itertools import pairwise

import numpy as np
import pytest

from gpuadvisor.emulator.semantics import compile_operation
from tests.emulator.semantics.lanes import Lanes, instruction, result

ALL_BYTES = np.arange(256, dtype=np.uint16).reshape(8, 32)


def value_of(code: int, kind: str) -> float:
    """Return what the OCP specification says a byte stands for."""
    exponent_bits = 4 if kind == "e4m3" else 5
    mantissa_bits, bias = 7 - exponent_bits, 7 if kind == "e4m3" else 15
    sign = -1.0 if code & 0x80 else 1.0
    exponent, mantissa = (code & 0x7F) >> mantissa_bits, code & ((1 << mantissa_bits) - 1)
    if kind == "e4m3" and code & 0x7F == 0x7F:
        return math.nan
    if kind == "e5m2" and exponent == 31:
        return sign * math.inf if mantissa == 0 else math.nan
    if exponent == 0:
        return sign * mantissa * 2.0 ** (1 - bias - mantissa_bits)
    return sign * (1 + mantissa / 2**mantissa_bits) * 2.0 ** (exponent - bias)


def nearest(value: float, kind: str) -> int:
    """Return the byte nearest to a value, ties to even, too large ones saturated."""
    if math.isnan(value):
        return 0x7F
    finite = [code for code in range(0x80) if math.isfinite(value_of(code, kind))]
    magnitude = min(abs(value), value_of(finite[-1], kind))
    code = min(finite, key=lambda each: (abs(value_of(each, kind) - magnitude), each % 2))
    return code | (0x80 if math.copysign(1, value) < 0 else 0)


def test_the_largest_values_are_those_of_the_specification() -> None:
    assert value_of(0x7E, "e4m3") == 448
    assert value_of(0x7B, "e5m2") == 57344


def halves(lanes: Lanes) -> Lanes:
    return lanes.view(np.uint16).reshape(*lanes.shape, 2)


@pytest.mark.parametrize("kind", ["e4m3", "e5m2"])
def test_every_byte_widens_exactly(kind: str) -> None:
    pairs = ALL_BYTES | (ALL_BYTES[::-1] << np.uint16(8))
    wide = halves(np.ascontiguousarray(result(f"cvt.rn.f16x2.{kind}x2", pairs))).view(np.float16)
    expected = np.vectorize(lambda code: value_of(int(code), kind))
    np.testing.assert_array_equal(wide[..., 0].astype(float), expected(ALL_BYTES))
    np.testing.assert_array_equal(wide[..., 1].astype(float), expected(ALL_BYTES[::-1]))


def hard_values(kind: str) -> np.ndarray:
    """Return all values, the points halfway between neighbours and near them, and what is out of range."""
    exact = np.array([value_of(code, kind) for code in range(0x7B)])
    middles = (exact[1:] + exact[:-1]) / 2
    values = np.concatenate([exact, middles, middles * (1 + 2**-20), middles * (1 - 2**-20)])
    values = np.concatenate([values, -values, [0.0, -0.0, math.inf, -math.inf, math.nan, 1e9, -1e9, 1e-30]])
    return np.resize(values, -(-len(values) // 32) * 32).astype(np.float32).reshape(-1, 32)


@pytest.mark.parametrize("relu", ["", ".relu"])
@pytest.mark.parametrize("kind", ["e4m3", "e5m2"])
def test_singles_round_to_the_nearest_byte(kind: str, relu: str) -> None:
    values = hard_values(kind)
    high, low = values, np.roll(values, 7)
    found = result(f"cvt.rn.satfinite{relu}.{kind}x2.f32", high.view(np.uint32), low.view(np.uint32))

    def byte(value: float) -> int:
        return nearest(0.0 if relu and value <= 0 else float(value), kind)

    expected = [byte(h) << 8 | byte(v) for h, v in zip(high.ravel(), low.ravel(), strict=True)]
    assert found.ravel().tolist() == expected


@pytest.mark.parametrize("kind", ["e4m3", "e5m2"])
def test_pairs_of_halves_narrow_in_place(kind: str) -> None:
    with np.errstate(over="ignore"):
        values = hard_values(kind).astype(np.float16)
    packed = np.ascontiguousarray(np.stack([values, np.roll(values, 3)], axis=-1)).view(np.uint32)[..., 0]
    found = result(f"cvt.rn.satfinite.{kind}x2.f16x2", packed)
    pairs = zip(np.roll(values, 3).ravel(), values.ravel(), strict=True)
    expected = [nearest(float(h), kind) << 8 | nearest(float(v), kind) for h, v in pairs]
    assert found.ravel().tolist() == expected


def test_stochastic_rounding_is_not_there() -> None:
    assert compile_operation(instruction("cvt.rs.satfinite.e4m3x2.f32", 3)) is None


@pytest.mark.parametrize("kind", ["f16", "bf16"])
def test_mixed_precision_adds_in_single(kind: str) -> None:
    random = np.random.default_rng(8)
    a, b = (random.normal(size=(4, 32)).astype(np.float16).astype(np.float32) for _ in range(2))
    a, b = ((each.view(np.uint32) & 0xFFFF0000).view(np.float32) for each in (a, b))
    c = random.normal(size=(4, 32)).astype(np.float32)

    def narrow(values: np.ndarray) -> Lanes:
        return (
            values.astype(np.float16).view(np.uint16)
            if kind == "f16"
            else (values.view(np.uint32) >> 16).astype(np.uint16)
        )

    bits = c.view(np.uint32)
    total = result(f"add.rn.f32.{kind}", narrow(a), bits).view(np.float32)
    difference = result(f"sub.f32.{kind}", narrow(a), bits).view(np.float32)
    fused = result(f"fma.rn.f32.{kind}", narrow(a), narrow(b), bits).view(np.float32)
    np.testing.assert_array_equal(total, a + c)
    np.testing.assert_array_equal(difference, a - c)
    exact = a.astype(np.float64) * b + c
    np.testing.assert_array_equal(fused, exact.astype(np.float32))


TINY = {
    "e2m1": [0, 0.5, 1, 1.5, 2, 3, 4, 6],
    "e2m3": [n / 8 for n in range(16)] + [n / 4 for n in range(8, 16)] + [n / 2 for n in range(8, 16)],
    "e3m2": [n / 16 for n in range(8)] + [n * 2.0**step / 16 for step in range(1, 7) for n in range(4, 8)],
}
"""The values without sign of all codes of the OCP MX specification, 5.3.2 and 5.3.3."""


@pytest.mark.parametrize("kind", TINY)
def test_floats_without_nan_round_to_the_nearest_code(kind: str) -> None:
    table = TINY[kind]
    sign, shift = len(table), 4 if kind == "e2m1" else 8
    assert (table[-1], len(table)) == {"e2m1": (6, 8), "e2m3": (7.5, 32), "e3m2": (28, 32)}[kind]

    def code_of(value: float) -> int:
        if math.isnan(value):
            return len(table) - 1
        size = min(abs(value), table[-1])
        code = min(range(len(table)), key=lambda each: (abs(table[each] - size), each % 2))
        return code | (sign if math.copysign(1, value) < 0 else 0)

    middles = [(low + high) / 2 for low, high in pairwise(table)]
    values = [*table, *middles, *(1.001 * m for m in middles), 1e-30, 100.0, math.inf, math.nan]
    values = [sign * value for value in values for sign in (1, -1)]
    values += [0.25] * (-len(values) % 32)
    high = np.array(values, np.float32).reshape(-1, 32)
    low = np.ascontiguousarray(high[:, ::-1])
    packed = result(f"cvt.rn.satfinite.{kind}x2.f32", high.view(np.uint32), low.view(np.uint32))
    expected = [[code_of(a) << shift | code_of(b) for a, b in zip(*rows, strict=True)]
                for rows in zip(high.tolist(), low.tolist(), strict=True)]  # fmt: skip
    assert packed.tolist() == expected
    wide = halves(np.ascontiguousarray(result(f"cvt.rn.f16x2.{kind}x2", packed))).view(np.float16)
    signed = [*table, *(-value for value in table)]
    decoded = [[signed[code >> shift] for code in row] for row in expected]
    np.testing.assert_array_equal(wide[..., 1].astype(float), decoded)


@pytest.mark.parametrize("rounding", ["rz", "rp"])
@pytest.mark.parametrize("satfinite", ["", ".satfinite"])
def test_exponents_alone(rounding: str, satfinite: str) -> None:
    """What lies between two powers of two takes the lower or the upper one; signs do not count."""
    up, top = rounding == "rp", 254 if satfinite else 255
    cases = {
        0.0: 0, 2.0**-149: 0, 2.0**-127: 0, 2.0**-127 + 2.0**-149: int(up), 2.0**-126: 1,
        1.0: 127, -1.0: 127, 1.0 + 2.0**-23: 127 + up, 2.0**127: 254, 1.5 * 2.0**127: top if up else 254,
        math.inf: top, math.nan: 255,
    }  # fmt: skip
    values = np.resize(np.array(list(cases), np.float32), (1, 32))
    expected = np.resize(list(cases.values()), (1, 32))
    packed = result(
        f"cvt.{rounding}{satfinite}.ue8m0x2.f32",
        values.view(np.uint32),
        np.zeros_like(values).view(np.uint32),
    )
    assert (packed >> np.uint16(8)).tolist() == expected.tolist()
    wide = halves(np.ascontiguousarray(result("cvt.rn.bf16x2.ue8m0x2", packed))).astype(np.uint32)
    found = (wide[..., 1] << np.uint32(16)).view(np.float32)
    powers = np.where(expected == 255, np.nan, np.ldexp(1.0, expected - 127))
    np.testing.assert_array_equal(found, powers.astype(np.float32))
