"""Comparisons and selections against Python's numbers."""

import math
import operator
from collections.abc import Callable

import numpy as np
import pytest

from tests.emulator.semantics.lanes import integers, result, results
from tests.emulator.semantics.reference import FORMATS, Exact, patterns

ORDER: dict[str, Callable[[Exact, Exact], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@pytest.mark.parametrize("kind", ["u16", "s16", "u32", "s32", "u64", "s64"])
@pytest.mark.parametrize("name", ORDER)
def test_integers(kind: str, name: str) -> None:
    width = int(kind[1:])
    a, b = integers(width, 1), integers(width, 2)
    values = [
        [int(x) - 2**width if kind[0] == "s" and int(x) >> (width - 1) else int(x) for x in array.ravel()]
        for array in (a, b)
    ]
    expected = [ORDER[name](x, y) for x, y in zip(*values, strict=True)]
    assert result(f"setp.{name}.{kind}", a, b).ravel().tolist() == expected


@pytest.mark.parametrize(("name", "same"), [("lo", "lt"), ("ls", "le"), ("hi", "gt"), ("hs", "ge")])
def test_unsigned_names(name: str, same: str) -> None:
    a, b = integers(32, 3), integers(32, 4)
    assert (result(f"setp.{name}.u32", a, b) == result(f"setp.{same}.u32", a, b)).all()


@pytest.mark.parametrize("kind", ["f16", "bf16", "f32", "f64"])
@pytest.mark.parametrize(
    "name", [*ORDER, *(f"{name}u" for name in ORDER if name != "ne"), "neu", "num", "nan"]
)
def test_floats(kind: str, name: str) -> None:
    a, b = patterns(kind, 5), patterns(kind, 6)
    b[:, ::5] = a[:, ::5]
    layout = FORMATS[kind]

    def expected(x: Exact, y: Exact) -> bool:
        unordered = math.isnan(x) or math.isnan(y)
        if name in ("num", "nan"):
            return unordered == (name == "nan")
        return name.endswith("u") if unordered else ORDER[name[:2]](x, y)

    pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
    assert result(f"setp.{name}.{kind}", a, b).ravel().tolist() == [
        expected(layout.decode(x), layout.decode(y)) for x, y in pairs
    ]


@pytest.mark.parametrize("combine", ["and", "or", "xor"])
def test_combinations_and_the_second_predicate(combine: str) -> None:
    a, b = integers(32, 7), integers(32, 8)
    c = np.random.default_rng(1).random(a.shape) < 0.5
    p, q = results(f"setp.lt.{combine}.u32", a, b, c, destinations=2)
    operate = {"and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor}[combine]
    less = a.astype(np.uint32) < b.astype(np.uint32)
    assert (p == operate(less, c)).all()
    assert (q == operate(~less, c)).all()
    p, q = results("setp.lt.u32", a, b, destinations=2)
    assert (p == less).all()
    assert (q == ~less).all()


def test_flushed_subnormals_equal_zero() -> None:
    assert result("setp.eq.ftz.f32", 1, 0x80000000)[0, 0]
    assert not result("setp.eq.f32", 1, 0x80000000)[0, 0]


def test_pairs_of_halves_set_two_predicates() -> None:
    one, two = 0x3C00, 0x4000
    p, q = results("setp.lt.f16x2", one << 16 | one, one << 16 | two, destinations=2)
    assert (bool(p[0, 0]), bool(q[0, 0])) == (True, False)


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("set.lt.u32.u32", 0xFFFFFFFF),
        ("set.lt.s32.s32", 0xFFFFFFFF),
        ("set.lt.f32.u32", 0x3F800000),
        ("set.lt.f16.f16", 0x3C00),
        ("set.lt.u32.f32", 0xFFFFFFFF),
        ("set.lt.bf16.bf16", 0x3F80),
    ],
)
def test_set_writes_true_as_the_destination_has_it(text: str, true: int) -> None:
    assert result(text, [[1, 2]], [[2, 1]])[0].tolist() == [true, 0]


def test_set_of_pairs() -> None:
    assert int(result("set.lt.f16x2.f16x2", 0x00010002, 0x00020001)[0, 0]) == 0x3C000000


def test_selections() -> None:
    a, b = integers(64, 9), integers(64, 10)
    chosen = np.random.default_rng(2).random(a.shape) < 0.5
    assert (result("selp.b64", a, b, chosen) == np.where(chosen, a, b)).all()
    signs = [[0, 1, 2**31, 2**32 - 1]]
    assert result("slct.u32.s32", 7, 9, signs)[0].tolist() == [7, 7, 9, 9]
    floats = [[0, 0x80000000, 0x3F800000, 0xBF800000, 0x7FC00000, 0x80000001]]
    assert result("slct.u32.f32", 7, 9, floats)[0].tolist() == [7, 7, 7, 9, 9, 9]
    assert result("slct.ftz.u32.f32", 7, 9, floats)[0].tolist() == [7, 7, 7, 9, 9, 7]
    assert (result("mov.u64", a) == a).all()
