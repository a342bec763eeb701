"""abs, neg, min, max, copysign and testp: bits of signs, zeros and NaN as the manual states them."""

import math

import pytest

from tests.emulator.semantics.lanes import result
from tests.emulator.semantics.reference import FORMATS, patterns

KINDS = ["f16", "bf16", "f32", "f64"]
NAN = {"f16": 0x7FFF, "bf16": 0x7FFF, "f32": 0x7FFFFFFF, "f64": 0xFFF8000000000000}


@pytest.mark.parametrize("kind", KINDS)
def test_signs_are_bits(kind: str) -> None:
    a, b = patterns(kind, 1), patterns(kind, 2)
    top = 1 << (FORMATS[kind].bits - 1)
    lanes = list(zip(a.ravel().tolist(), b.ravel().tolist(), strict=True))
    assert result(f"abs.{kind}", a).ravel().tolist() == [x % top for x, _ in lanes]
    assert result(f"neg.{kind}", a).ravel().tolist() == [x ^ top for x, _ in lanes]
    if kind in ("f32", "f64"):
        assert result(f"copysign.{kind}", a, b).ravel().tolist() == [(x & top) | y % top for x, y in lanes]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["min", "max"])
@pytest.mark.parametrize("propagate", [False, True])
def test_extremes(kind: str, name: str, propagate: bool) -> None:
    a, b = patterns(kind, 3, 1280), patterns(kind, 4, 1280)
    found = result(f"{name}{'.NaN' if propagate else ''}.{kind}", a, b)
    layout = FORMATS[kind]
    top = 1 << (layout.bits - 1)
    for x, y, bits in zip(*(array.ravel().tolist() for array in (a, b, found)), strict=True):
        unordered = [math.isnan(layout.decode(operand)) for operand in (x, y)]
        if all(unordered) or (propagate and any(unordered)):
            expected = NAN[kind]
        elif any(unordered):
            expected = y if unordered[0] else x
        else:
            key = lambda operand: (layout.decode(operand), operand < top)  # noqa: E731
            expected = min(x, y, key=key) if name == "min" else max(x, y, key=key)
        assert hex(bits) == hex(expected), (hex(x), hex(y))


def test_extremes_by_magnitude_with_the_product_of_signs() -> None:
    one, minus_two = 0x3F800000, 0xC0000000
    assert int(result("min.xorsign.abs.f32", one, minus_two)[0, 0]) == 0xBF800000
    assert int(result("max.xorsign.abs.f32", minus_two, minus_two)[0, 0]) == 0x40000000


def test_extremes_of_three_and_of_pairs() -> None:
    one, two, three = 0x3F800000, 0x40000000, 0x40400000
    assert int(result("max.f32", one, three, two)[0, 0]) == three
    assert int(result("min.f16x2", 0x3C004000, 0x40003C00)[0, 0]) == 0x3C003C00


@pytest.mark.parametrize("kind", ["f32", "f64"])
def test_classes(kind: str) -> None:
    layout = FORMATS[kind]
    unit = 1 << layout.fraction_bits
    values = [0, 1, unit - 1, unit, layout.infinity - 1, layout.infinity, layout.infinity + 1]
    expected = {
        "finite": [1, 1, 1, 1, 1, 0, 0],
        "infinite": [0, 0, 0, 0, 0, 1, 0],
        "number": [1, 1, 1, 1, 1, 1, 0],
        "notanumber": [0, 0, 0, 0, 0, 0, 1],
        "normal": [1, 0, 0, 1, 1, 0, 0],
        "subnormal": [0, 1, 1, 0, 0, 0, 0],
    }
    for name, truth in expected.items():
        for sign in (0, 1 << (layout.bits - 1)):
            found = result(f"testp.{name}.{kind}", [[value | sign for value in values]])
            assert found[0].astype(int).tolist() == truth
