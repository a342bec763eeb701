"""Integer arithmetic against Python's integers."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.emulator.semantics.lanes import integers, result, results

Reference = Callable[..., int]


def value(bits: int, kind: str) -> int:
    width = int(kind[1:])
    return bits - (1 << width) if kind[0] == "s" and bits >> (width - 1) else bits


def truncated(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def clamp32(x: int) -> int:
    return max(-(2**31), min(2**31 - 1, x))


def check(text: str, kinds: list[str], target: str, reference: Reference, seed: int = 1) -> None:
    sources = [integers(int(kind[1:]), seed + index) for index, kind in enumerate(kinds)]
    found = result(text, *sources)
    width = int(target[1:])
    expected = [
        reference(*(value(int(bits), kind) for bits, kind in zip(lane, kinds, strict=True))) % 2**width
        for lane in zip(*(source.ravel() for source in sources), strict=True)
    ]
    assert found.dtype == np.dtype(f"u{width // 8}")
    assert found.ravel().tolist() == expected


KINDS = ["u16", "s16", "u32", "s32", "u64", "s64"]
BINARY: dict[str, Reference] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "min": min,
    "max": max,
    "mul.lo": lambda a, b: a * b,
    "div": lambda a, b: truncated(a, b) if b else -1,
    "rem": lambda a, b: a - truncated(a, b) * b if b else a,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BINARY)
def test_two_operands(name: str, kind: str) -> None:
    check(f"{name}.{kind}", [kind, kind], kind, BINARY[name])


@pytest.mark.parametrize("kind", KINDS)
def test_high_products(kind: str) -> None:
    width = int(kind[1:])
    check(f"mul.hi.{kind}", [kind, kind], kind, lambda a, b: (a * b) >> width)
    check(f"mad.hi.{kind}", [kind, kind, kind], kind, lambda a, b, c: ((a * b) >> width) + c)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_of_products_and_differences(kind: str) -> None:
    check(f"mad.lo.{kind}", [kind] * 3, kind, lambda a, b, c: a * b + c)
    check(f"sad.{kind}", [kind] * 3, kind, lambda a, b, c: c + abs(a - b))


@pytest.mark.parametrize(("kind", "double"), [("u16", "u32"), ("s16", "s32"), ("u32", "u64"), ("s32", "s64")])
def test_wide_products(kind: str, double: str) -> None:
    check(f"mul.wide.{kind}", [kind, kind], double, lambda a, b: a * b)
    check(f"mad.wide.{kind}", [kind, kind, double], double, lambda a, b, c: a * b + c)


@pytest.mark.parametrize("kind", ["s16", "s32", "s64"])
def test_signs(kind: str) -> None:
    check(f"abs.{kind}", [kind], kind, abs)
    check(f"neg.{kind}", [kind], kind, lambda a: -a)


def test_saturation() -> None:
    check("add.sat.s32", ["s32", "s32"], "s32", lambda a, b: clamp32(a + b))
    check("sub.sat.s32", ["s32", "s32"], "s32", lambda a, b: clamp32(a - b))
    check("mad.hi.sat.s32", ["s32"] * 3, "s32", lambda a, b, c: clamp32(((a * b) >> 32) + c))
    check("max.relu.s32", ["s32", "s32"], "s32", lambda a, b: max(a, b, 0))
    check("min.relu.s32", ["s32", "s32"], "s32", lambda a, b: max(min(a, b), 0))


@pytest.mark.parametrize("kind", ["u32", "s32"])
def test_products_of_24_bits(kind: str) -> None:
    def low(x: int) -> int:
        return value(x % 2**24 << 8, kind) >> 8 if kind == "u32" else ((x % 2**24) ^ 2**23) - 2**23

    check(f"mul24.lo.{kind}", [kind, kind], kind, lambda a, b: low(a) * low(b))
    check(f"mul24.hi.{kind}", [kind, kind], kind, lambda a, b: (low(a) * low(b)) >> 16)
    check(f"mad24.lo.{kind}", [kind] * 3, kind, lambda a, b, c: low(a) * low(b) + c)


def elements(x: int, bits: int, signed: bool) -> list[int]:
    parts = [(x >> shift) % 2**bits for shift in range(0, 32, bits)]
    return [part - 2**bits if signed and part >> (bits - 1) else part for part in parts]


@pytest.mark.parametrize(
    ("a_kind", "b_kind"), [("u32", "u32"), ("s32", "u32"), ("u32", "s32"), ("s32", "s32")]
)
def test_dot_products_of_bytes(a_kind: str, b_kind: str) -> None:
    def four(a: int, b: int, c: int) -> int:
        pairs = zip(elements(a, 8, a_kind == "s32"), elements(b, 8, b_kind == "s32"), strict=True)
        return c + sum(x * y for x, y in pairs)

    def two(half: slice) -> Reference:
        def reference(a: int, b: int, c: int) -> int:
            pairs = zip(elements(a, 16, a_kind == "s32"), elements(b, 8, b_kind == "s32")[half], strict=True)
            return c + sum(x * y for x, y in pairs)

        return reference

    check(f"dp4a.{a_kind}.{b_kind}", ["u32"] * 3, "u32", four)
    check(f"dp2a.lo.{a_kind}.{b_kind}", ["u32"] * 3, "u32", two(slice(0, 2)))
    check(f"dp2a.hi.{a_kind}.{b_kind}", ["u32"] * 3, "u32", two(slice(2, 4)))


@pytest.mark.parametrize("bits", [32, 64])
def test_carries_chain_into_longer_integers(bits: int) -> None:
    """Sums and differences of integers of two registers, from add.cc with addc and sub.cc with subc."""
    parts = [integers(bits, seed) for seed in range(4)]
    a_low, a_high, b_low, b_high = parts
    for first, second, sign in (("add", "addc", 1), ("sub", "subc", -1)):
        low, carry = results(f"{first}.cc.u{bits}", a_low, b_low)
        high, carry_out = results(f"{second}.cc.u{bits}", a_high, b_high, carry)
        (without,) = results(f"{second}.u{bits}", a_high, b_high, carry)
        assert (without == high).all()
        for lane in range(a_low.size):
            al, ah, bl, bh = (int(part.ravel()[lane]) for part in parts)
            total = (ah << bits) + al + sign * ((bh << bits) + bl)
            assert (int(high.ravel()[lane]) << bits) + int(low.ravel()[lane]) == total % 4**bits
            assert bool(carry_out.ravel()[lane]) == (not 0 <= total < 4**bits)


@pytest.mark.parametrize("bits", [32, 64])
def test_carries_of_products(bits: int) -> None:
    a, b, c = (integers(bits, seed) for seed in range(3))
    low, carry = results(f"mad.lo.cc.u{bits}", a, b, c)
    (high,) = results(f"madc.hi.u{bits}", a, b, c, carry)
    lanes = zip(*(x.ravel().tolist() for x in (a, b, c, low, high)), strict=True)
    for x, y, z, found_low, found_high in lanes:
        assert (found_high << bits) + found_low == (x * y + z + (z << bits)) % 4**bits
