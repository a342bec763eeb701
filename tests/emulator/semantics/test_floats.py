"""Arithmetic of f32, f64, f16 and bf16, bit for bit against exact fractions rounded once."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from tests.emulator.semantics.lanes import result
from tests.emulator.semantics.reference import FORMATS, NAN, Exact, patterns, square_root


def add(a: Exact, b: Exact, rounding: str) -> Exact:
    if finite(a) and finite(b):
        total = Fraction(a) + Fraction(b)
        return total or zero_sum(a, b, rounding)
    return special(lambda x, y: x + y, a, b)


def finite(x: Exact) -> bool:
    return isinstance(x, Fraction) or math.isfinite(x)


def zero_sum(a: Exact, b: Exact, rounding: str) -> float:
    """The sign of a sum that is exactly zero: IEEE 754-2019, 6.3."""
    negatives = [negative(a), negative(b)]
    if all(negatives):
        return -0.0
    return -0.0 if any(negatives) and rounding == "rm" else 0.0


def negative(x: Exact) -> bool:
    return math.copysign(1, x) < 0 if isinstance(x, float) else x < 0


def special(operate: Callable[..., float], *operands: Exact) -> float:
    """Apply float arithmetic where an operand is not finite; sizes of finite ones do not matter."""
    return operate(*(x if isinstance(x, float) else (-1.0 if x < 0 else 1.0) for x in operands))


def multiply(a: Exact, b: Exact, _rounding: str) -> Exact:
    if finite(a) and finite(b):
        return Fraction(a) * Fraction(b) or (-0.0 if negative(a) != negative(b) else 0.0)
    return special(lambda x, y: x * y, a, b)


def fused(a: Exact, b: Exact, c: Exact, rounding: str) -> Exact:
    return add(multiply(a, b, rounding), c, rounding)


def divide(a: Exact, b: Exact, _rounding: str) -> Exact:
    if math.isnan(a) or math.isnan(b) or (math.isinf(a) and math.isinf(b)) or (a == 0 and b == 0):
        return math.nan
    sign = -1.0 if negative(a) != negative(b) else 1.0
    if math.isinf(a) or b == 0:
        return sign * math.inf
    if math.isinf(b) or a == 0:
        return sign * 0.0
    return Fraction(a) / Fraction(b)


def root(a: Exact, _rounding: str) -> Exact:
    if math.isnan(a) or a == 0 or a == math.inf:
        return a
    return math.nan if a < 0 else square_root(Fraction(a))


OPERATIONS: dict[str, tuple[int, Callable[..., Exact]]] = {
    "add": (2, add),
    "sub": (2, lambda a, b, rounding: add(a, -b, rounding)),
    "mul": (2, multiply),
    "fma": (3, fused),
    "div": (2, divide),
    "rcp": (1, lambda a, rounding: divide(Fraction(1), a, rounding)),
    "sqrt": (1, root),
}


def check(name: str, kind: str, rounding: str, text: str, seeds: int = 1) -> None:
    arity, reference = OPERATIONS[name]
    layout = FORMATS[kind]
    for seed in range(seeds):
        sources = [patterns(kind, 10 * seed + index, 1280) for index in range(arity)]
        found = result(text, *sources)
        for *operands, bits in zip(*(array.ravel().tolist() for array in (*sources, found)), strict=True):
            exact = reference(*(layout.decode(operand) for operand in operands), rounding)
            if isinstance(exact, float) and math.isnan(exact):
                assert bits == NAN[kind] if kind in NAN else math.isnan(layout.decode(bits)), operands
            else:
                assert hex(bits) == hex(layout.encode(exact, rounding)), [hex(x) for x in operands]


@pytest.mark.parametrize("rounding", ["rn", "rz", "rm", "rp"])
@pytest.mark.parametrize("kind", ["f32", "f64"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_rounded_once_in_every_direction(name: str, kind: str, rounding: str) -> None:
    check(name, kind, rounding, f"{name}.{rounding}.{kind}")


@pytest.mark.parametrize("kind", ["f16", "bf16"])
@pytest.mark.parametrize("name", ["add", "sub", "mul", "fma"])
def test_half_precision_is_rounded_once(name: str, kind: str) -> None:
    check(name, kind, "rn", f"{name}.rn.{kind}", seeds=3)


@pytest.mark.parametrize(
    "text", ["add.f32", "sub.f64", "mul.f32", "mad.rn.f32", "sqrt.approx.f32", "div.full.f32"]
)
def test_unmarked_forms_round_to_nearest(text: str) -> None:
    name, kind = text.split(".")[0], text.split(".")[-1]
    check("fma" if name == "mad" else name, kind, "rn", text)


@pytest.mark.parametrize("odd_lane", [0x7FF8000000000000, 0x7FF0000000000000, 0, 1, 0x7FEFFFFFFFFFFFFF])
def test_one_unusual_lane_among_ordinary_ones(odd_lane: int) -> None:
    """Rows of ordinary doubles take a shorter way than rows with NaN, zeros or extremes."""
    layout = FORMATS["f64"]
    random = np.random.default_rng(7)
    for position in range(3):
        sources = [random.standard_normal((4, 32)).view(np.uint64) for _ in range(3)]
        ordinary = result("fma.rn.f64", *sources)
        sources[position][2, 5] = odd_lane
        found = result("fma.rn.f64", *sources)
        assert (found == ordinary).sum() >= 127
        for *operands, bits in zip(*(array.ravel().tolist() for array in (*sources, found)), strict=True):
            exact = fused(*(layout.decode(operand) for operand in operands), "rn")
            is_nan = isinstance(exact, float) and math.isnan(exact)
            assert math.isnan(layout.decode(bits)) if is_nan else bits == layout.encode(exact)


def encoded(kind: str, *values: float) -> list[int]:
    return [FORMATS[kind].encode(Fraction(value)) for value in values]


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [
        (1 + 2**-12, 1 + 2**-12, 2**-60),
        (1 + 2**-12, 1 + 2**-12, -(2**-60)),
        (1 + 2**-23, 2.0**-24, 1 + 2**-23),
        (2.0**-75, 2.0**-75, 2.0**-149),
        (-(2.0**-75), 2.0**-75, 2.0**-149),
        (2.0**-74 * 3, 2.0**-76, 2.0**-140),
        (2.0**127, 2.0, -(2.0**127)),
    ],
)
def test_fused_sums_that_rounding_twice_gets_wrong(a: float, b: float, c: float) -> None:
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    found = int(result("fma.rn.f32", *encoded("f32", a, b, c))[0, 0])
    assert hex(found) == hex(FORMATS["f32"].encode(exact))


def test_fused_halves_that_double_precision_gets_wrong() -> None:
    """65504 + 2**-24 * 2**-24: the sum needs 64 bits, and lies above a tie only by its last one."""
    a, b, c = encoded("f16", 2.0**-24, 2.0**-24, 2.0**-14 + 2.0**-24)
    exact = Fraction(2) ** -48 + Fraction(2) ** -14 + Fraction(2) ** -24
    assert int(result("fma.rn.f16", a, b, c)[0, 0]) == FORMATS["f16"].encode(exact)
    tie = encoded("f16", 2.0**-10, 16.0, 32.0 + 2.0**-5)
    assert int(result("fma.rn.f16", *tie)[0, 0]) == FORMATS["f16"].encode(Fraction(32) + Fraction(3, 64))


def test_pairs_are_two_elements() -> None:
    for kind, bits in (("f16", 16), ("bf16", 16), ("f32", 32)):
        low, high = ([patterns(kind, seed + 3 * half) for seed in range(3)] for half in (0, 1))
        joined = [x | y << np.uint64(bits) for x, y in zip(low, high, strict=True)]
        for name in ("add", "mul", "fma"):
            operands = 3 if name == "fma" else 2
            found = result(f"{name}.rn.{kind}x2", *joined[:operands]).astype(np.uint64)
            below = result(f"{name}.rn.{kind}", *low[:operands]).astype(np.uint64)
            above = result(f"{name}.rn.{kind}", *high[:operands]).astype(np.uint64)
            assert (found == below | above << np.uint64(bits)).all()


def test_flushing_to_zero_keeps_signs() -> None:
    tiny, normal = 0x00400000, 0x00800000
    sign = 1 << 31
    assert int(result("add.ftz.f32", tiny, tiny)[0, 0]) == 0
    assert int(result("mul.ftz.f32", tiny | sign, 0x7F000000)[0, 0]) == sign
    assert int(result("mul.rn.ftz.f32", normal, 0x3F000000)[0, 0]) == 0
    assert int(result("mul.rn.f32", normal, 0x3F000000)[0, 0]) == tiny
    assert int(result("fma.rn.ftz.f32", tiny, 0x3F800000, sign | tiny)[0, 0]) == 0
    assert int(result("abs.ftz.f32", sign | tiny)[0, 0]) == 0
    assert int(result("neg.ftz.f32", tiny)[0, 0]) == sign
    assert int(result("mul.ftz.f16", 0x8001, 0x3C00)[0, 0]) == 0x8000


@pytest.mark.parametrize(("kind", "one"), [("f32", 0x3F800000), ("f64", 0x3FF0000000000000), ("f16", 0x3C00)])
def test_saturation_clamps_to_one_and_makes_nan_zero(kind: str, one: int) -> None:
    layout = FORMATS[kind]
    values = [layout.encode(Fraction(2)), layout.encode(Fraction(-3)), layout.infinity + 1, layout.infinity]
    half = layout.encode(Fraction(1, 2))
    minus_zero = 1 << (layout.bits - 1)
    found = result(f"add.sat.{kind}", [[*values, half, minus_zero]], minus_zero)
    assert found[0].tolist() == [one, 0, 0, one, half, 0]
