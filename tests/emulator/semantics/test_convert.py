"""Conversions against Python integers and exact fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest

from tests.emulator.semantics.lanes import integers, result
from tests.emulator.semantics.reference import FORMATS, NAN, Exact, patterns

INTEGERS = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64"]
FLOATS = ["f16", "bf16", "f32", "f64"]


def limits(kind: str) -> tuple[int, int]:
    width = int(kind[1:])
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if kind[0] == "s" else (0, (1 << width) - 1)


def signed(bits: int, kind: str) -> int:
    _, high = limits(kind)
    return bits if bits <= high else bits - (1 << int(kind[1:]))


@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("source", INTEGERS)
def test_integers_are_cut_extended_and_saturated(source: str, target: str) -> None:
    a = integers(int(source[1:]), 1)
    values = [signed(int(x), source) for x in a.ravel()]
    width = int(target[1:])
    low, high = limits(target)
    assert result(f"cvt.{target}.{source}", a).ravel().tolist() == [v % 2**width for v in values]
    clamped = [min(max(v, low), high) % 2**width for v in values]
    assert result(f"cvt.sat.{target}.{source}", a).ravel().tolist() == clamped


def to_integer(value: Exact, rounding: str) -> int | float:
    if isinstance(value, float):
        return value if value else 0
    return {"rni": round, "rzi": math.trunc, "rmi": math.floor, "rpi": math.ceil}[rounding](value)


@pytest.mark.parametrize("rounding", ["rni", "rzi", "rmi", "rpi"])
@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("source", FLOATS)
def test_floats_to_integers_are_rounded_and_clamped(source: str, target: str, rounding: str) -> None:
    layout = FORMATS[source]
    low, high = limits(target)
    turning = [n + d for n in (low, high, 0) for d in (-1, 0, 1)] + [
        Fraction(5, 2),
        Fraction(-3, 2),
        Fraction(1, 2),
    ]
    edges = np.array([layout.encode(Fraction(x), "rz") for x in turning] + [0] * 20, np.uint64)[:32]
    a = np.concatenate([patterns(source, 2), edges.reshape(1, 32)])
    found = result(f"cvt.{rounding}.{target}.{source}", a)
    width = int(target[1:])
    nan = 1 << (width - 1) if source == "f64" or width == 64 else 0
    for bits, converted in zip(a.ravel().tolist(), found.ravel().tolist(), strict=True):
        value = to_integer(layout.decode(bits), rounding)
        expected = nan if math.isnan(value) else min(max(value, low), high) % 2**width
        assert converted == expected, hex(bits)


@pytest.mark.parametrize("rounding", ["rn", "rz", "rm", "rp"])
@pytest.mark.parametrize("target", FLOATS)
@pytest.mark.parametrize("source", INTEGERS)
def test_integers_to_floats_are_rounded_once(source: str, target: str, rounding: str) -> None:
    width = int(source[1:])
    a = np.concatenate([integers(width, 3), halfway(width)])
    layout = FORMATS[target]
    found = result(f"cvt.{rounding}.{target}.{source}", a)
    for bits, converted in zip(a.ravel().tolist(), found.ravel().tolist(), strict=True):
        assert converted == layout.encode(Fraction(signed(bits, source)), rounding), bits


def halfway(width: int) -> np.ndarray:
    """Integers at and around the middle between two neighbours of each format."""
    values = [
        (1 << top) + (1 << (top - precision)) + step
        for precision in (8, 11, 24, 53)
        for top in (precision, width - 2)
        for step in (-1, 0, 1)
        if top >= precision
    ]
    kept = [value % 2**width for value in values] + [0] * 32
    return np.array(kept[:32], np.uint64).reshape(1, 32)


@pytest.mark.parametrize("rounding", ["rn", "rz", "rm", "rp"])
@pytest.mark.parametrize("target", FLOATS)
@pytest.mark.parametrize("source", FLOATS)
def test_floats_to_floats_are_rounded_once(source: str, target: str, rounding: str) -> None:
    a = patterns(source, 4, 1280)
    found = result(f"cvt.{rounding}.{target}.{source}", a)
    for bits, converted in zip(a.ravel().tolist(), found.ravel().tolist(), strict=True):
        value = FORMATS[source].decode(bits)
        if isinstance(value, float) and math.isnan(value):
            assert converted == NAN.get(target, converted)
            assert math.isnan(FORMATS[target].decode(converted))
        else:
            assert hex(converted) == hex(FORMATS[target].encode(value, rounding)), hex(bits)


@pytest.mark.parametrize("rounding", ["rni", "rzi", "rmi", "rpi"])
@pytest.mark.parametrize("kind", ["f16", "f32", "f64"])
def test_rounding_to_integral_values_keeps_signs_of_zero(kind: str, rounding: str) -> None:
    layout = FORMATS[kind]
    a = patterns(kind, 5)
    found = result(f"cvt.{rounding}.{kind}.{kind}", a)
    for bits, converted in zip(a.ravel().tolist(), found.ravel().tolist(), strict=True):
        value = layout.decode(bits)
        if isinstance(value, float):
            assert converted == bits or math.isnan(value)
        else:
            whole = Fraction(to_integer(value, rounding))
            assert converted == layout.encode(whole or math.copysign(0.0, value)), hex(bits)


def test_saturation_to_the_unit_interval() -> None:
    one, half, two, nan = 0x3F800000, 0x3F000000, 0x40000000, 0x7FC00000
    assert result("cvt.sat.f32.f32", [[half, two, two | 1 << 31, nan, 1 << 31]])[0].tolist() == [
        half,
        one,
        0,
        0,
        0,
    ]


def test_flushing_subnormals() -> None:
    assert int(result("cvt.ftz.f64.f32", 0x80000001)[0, 0]) == 1 << 63
    assert int(result("cvt.rn.ftz.f32.f64", FORMATS["f64"].encode(Fraction(2) ** -130))[0, 0]) == 0
    assert int(result("cvt.rpi.ftz.s32.f32", 1)[0, 0]) == 0
    assert int(result("cvt.rpi.s32.f32", 1)[0, 0]) == 1


def test_pairs_take_the_first_source_above() -> None:
    one, two = 0x3F800000, 0x40000000
    assert int(result("cvt.rn.f16x2.f32", one, two)[0, 0]) == 0x3C004000
    assert int(result("cvt.rn.bf16x2.f32", one, two)[0, 0]) == 0x3F804000
    assert int(result("cvt.rn.relu.bf16x2.f32", one | 1 << 31, two)[0, 0]) == 0x00004000
    huge = 0x7F000000
    assert int(result("cvt.rn.satfinite.f16x2.f32", huge, huge | 1 << 31)[0, 0]) == 0x7BFFFBFF


def test_tf32_keeps_ten_bits_of_mantissa() -> None:
    tie, below, above = 0x3F801000, 0x3F800FFF, 0x3F801001
    odd_tie = 0x3F803000
    assert result("cvt.rna.tf32.f32", [[tie, below, above, odd_tie]])[0].tolist() == [
        0x3F802000,
        0x3F800000,
        0x3F802000,
        0x3F804000,
    ]
    assert result("cvt.rn.tf32.f32", [[tie, odd_tie]])[0].tolist() == [0x3F800000, 0x3F804000]
    assert result("cvt.rz.tf32.f32", [[above, 0xBF80FFFF]])[0].tolist() == [0x3F800000, 0xBF80E000]
