import numpy as np
import pytest

from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.scope import exact, unsigned

NAMES = {"a": 7, "b": 3, "rate": 2.5}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("a + b * 2 - 1", 12),
        ("a // b % 2", 0),
        ("a / 2", 3.5),
        ("2 ** 10", 1024),
        ("min(a, b, 5) + max(a, 9)", 12),
        ("rate * 4", 10.0),
        ("(a - b) * (a + b)", 40),
    ],
)
def test_arithmetic_is_pythons(text: str, value: float) -> None:
    result = parse(text).evaluate(NAMES.__getitem__, exact)
    assert result == value
    assert isinstance(result, type(value))


def test_numbers_of_the_file_need_no_quotes() -> None:
    assert parse(16).evaluate(NAMES.__getitem__, exact) == 16


def test_names_are_collected_without_functions() -> None:
    assert parse("min(a, b) * c").names == {"a", "b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a.b",
        "a[0]",
        "f(a)",
        "'text'",
        "True",
        "a if b else c",
        "a < b",
        "-a",
        "[a]",
        "min(a, key=b)",
        "min()",
        "(lambda: 1)()",
        "a +",
        "a\nb",
        "1j",
        "a" * 1001,
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not allowed|not an expression|longer"):
        parse(text)


@pytest.mark.parametrize("text", ["2 ** 65537", "1 // 0", "1 % 0", "1 / 0"])
def test_arithmetic_that_fails_is_an_arithmetic_error(text: str) -> None:
    with pytest.raises(ArithmeticError):
        parse(text).evaluate(NAMES.__getitem__, exact)


def test_elements_are_calculated_as_64_bit_unsigned_numbers() -> None:
    indices = np.arange(5, dtype=np.uint64)
    names = {"i": indices, "big": np.uint64(2**63)}
    with np.errstate(over="ignore"):
        value = parse("(i - 1) * 3 + big * 2").evaluate(names.__getitem__, unsigned)
    assert np.array_equal(value, np.array([(i - 1) * 3 % 2**64 for i in range(5)], dtype=np.uint64))


def test_powers_of_elements_wrap() -> None:
    value = parse("i ** 100").evaluate({"i": np.array([3], dtype=np.uint64)}.__getitem__, unsigned)
    assert np.array_equal(value, [3**100 % 2**64])


def test_minimum_and_maximum_of_elements() -> None:
    names = {"i": np.arange(4, dtype=np.uint64)}
    value = parse("max(1, min(i, 2))").evaluate(names.__getitem__, unsigned)
    assert np.array_equal(value, [1, 1, 2, 2])


def test_fractions_are_no_unsigned_numbers() -> None:
    with pytest.raises(ArithmeticError, match=r"0\.5"):
        parse("0.5").evaluate(NAMES.__getitem__, unsigned)
