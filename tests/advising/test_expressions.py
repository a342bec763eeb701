"""Expressions: what they compute, what they refuse, and that no text makes them do anything else."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuadvisor.advising.evaluation import EvaluationError, Missing, readings_of
from gpuadvisor.advising.expressions import Expression, parse_expression
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.operators import LARGEST
from gpuadvisor.advising.syntax import MAXIMUM_LENGTH, ExpressionError
from gpuadvisor.advising.types import Type, type_of

FACTS: dict[str, Value] = {
    "k.one": 1,
    "k.half": 0.5,
    "k.zero": 0,
    "k.name": "transpose",
    "k.yes": True,
    "k.no": False,
    "k.limits": ["registers", "warps"],
}
TYPES = {name: type_of(value) for name, value in FACTS.items()} | {
    "k.gone": Type.NUMBER,
    "k.lost": Type.TRUTH,
}


def parse(text: str, wanted: Type = Type.TRUTH) -> Expression:
    return parse_expression(text, wanted, TYPES, lambda name: f"unknown fact {name}")


def outcome(text: str, wanted: Type = Type.TRUTH) -> object:
    return parse(text, wanted).evaluate(readings_of(FACTS))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("k.one == 1", True),
        ("k.one != 1.0", False),
        ("0 < k.half < k.one <= 1", True),
        ("0 < k.one < k.half", False),
        ("k.name == 'transpose' and not k.no", True),
        ("k.no or k.yes", True),
        ("'registers' in k.limits", True),
        ("'blocks' not in k.limits", True),
        ("k.name in ('gather', 'transpose')", True),
        ("k.name in []", False),
        ("'pose' in k.name", True),
        ("k.yes == True", True),
        ("7 // 2 == 3 and 7 % 4 == 3 and 7 / 2 == 3.5", True),
        ("-k.half * 2 - 1 + 3 == 1", True),
        ("max(k.one, k.half, 2) == 2 and min(1, 2) == 1", True),
        ("abs(-3) == 3 and round(2.6) == 3 and ceil(2.1) == 3 and floor(2.9) == 2", True),
        ("len(k.limits) == 2 and len(k.name) == 9", True),
        ("k.one == 1\n and k.yes  # a comment\n and not k.no", True),
    ],
)
def test_it_computes_what_python_would(text: str, value: bool) -> None:
    assert outcome(text) is value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k.gone > 1", {"k.gone"}),
        ("k.no and k.gone > 1", False),
        ("k.gone > 1 and k.no", False),
        ("k.yes and k.gone > 1", {"k.gone"}),
        ("k.yes or k.gone > 1", True),
        ("k.gone > 1 or k.yes", True),
        ("k.no or k.lost", {"k.lost"}),
        ("not k.lost", {"k.lost"}),
        ("k.lost and k.gone > 1", {"k.lost", "k.gone"}),
        ("0 < k.gone < 1", {"k.gone"}),
        ("2 < k.one < k.gone", False),
        ("max(k.gone, 1) > 0", {"k.gone"}),
        ("k.gone + 1 > 0 or k.lost", {"k.gone", "k.lost"}),
        ("k.lost and k.no or k.yes", True),
    ],
)
def test_what_is_missing_is_carried_only_as_far_as_it_matters(text: str, expected: object) -> None:
    result = outcome(text)
    assert (set(result.facts) if isinstance(result, Missing) else result) == expected


@pytest.mark.parametrize(("left", "right"), list(itertools.product(["k.yes", "k.no", "k.lost"], repeat=2)))
def test_and_and_or_follow_kleenes_tables(left: str, right: str) -> None:
    as_number = {"k.no": 0.0, "k.lost": 0.5, "k.yes": 1.0}
    found = {False: 0.0, True: 1.0}
    conjunction, disjunction = outcome(f"{left} and {right}"), outcome(f"{left} or {right}")
    low, high = sorted((as_number[left], as_number[right]))
    assert (0.5 if isinstance(conjunction, Missing) else found[bool(conjunction)]) == low
    assert (0.5 if isinstance(disjunction, Missing) else found[bool(disjunction)]) == high


def test_the_trace_holds_what_was_read_and_only_that() -> None:
    readings = readings_of(FACTS)
    parse("k.one == 2 and k.name == 'x' or k.half < 1").evaluate(readings)
    assert readings.trace == {"k.one": 1, "k.half": 0.5}


def test_it_names_its_facts_in_order() -> None:
    assert parse("k.name == 'a' and k.one < k.half + k.one").facts == ("k.name", "k.one", "k.half")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("__import__('os').system('true')", "unknown function"),
        ("().__class__", "only facts"),
        ("'a'.upper() == 'A'", "unknown function"),
        ("k.name.upper() == 'A'", "unknown function"),
        ("k.name[0] == 't'", "Subscript"),
        ("[x for x in k.limits] == 1", "ListComp"),
        ("(x for x in k.limits)", "GeneratorExp"),
        ("{'a': 1} == 1", "Dict"),
        ("{1, 2} == 1", "Set"),
        ("(lambda: True)()", "unknown function"),
        ("lambda: True", "Lambda"),
        ("(y := k.one) == 1", "NamedExpr"),
        ("f'{k.one}' == '1'", "JoinedStr"),
        ("True if k.yes else False", "IfExp"),
        ("2 ** 100 > 1", "Pow"),
        ("1 << 100 > 1", "LShift"),
        ("k.one | 1 == 1", "BitOr"),
        ("~k.one == 1", "Invert"),
        ("+k.one == 1", "UAdd"),
        ("k.yes is True", "Is"),
        ("await k.yes", "Await"),
        ("(yield)", "Yield"),
        ("1j == 1", "no literal"),
        ("b'a' == b'a'", "no literal"),
        ("None == None", "no literal"),
        ("... == 1", "no literal"),
        ("1e999 > 1", "beyond all bounds"),
        ("k.one == 'a'", "cannot compare a number with a text"),
        ("k.one < k.name", "cannot compare a number with a text"),
        ("k.name < 'z'", "cannot compare a text with a text"),
        ("k.yes < k.no", "cannot compare"),
        ("k.yes == 1", "cannot compare"),
        ("k.limits == k.limits", "cannot compare"),
        ("k.one in k.limits", "cannot compare a number with a list"),
        ("'a' in k.one", "cannot compare"),
        ("'a' in ('a', 1)", "no text literal"),
        ("('a', 'b') == k.name", "Tuple"),
        ("k.one and k.yes", "needs a truth value, but k.one is a number"),
        ("not k.one", "needs a truth value"),
        ("-k.name == 1", "needs a number"),
        ("k.name + 'a' == 'b'", "needs a number"),
        ("k.name * 9 == 'b'", "needs a number"),
        ("k.yes + 1 == 2", "needs a number"),
        ("k.one", "gives a number, not a truth value"),
        ("k.two == 2", "unknown fact k.two"),
        ("k == 2", "unknown fact k"),
        ("max(1) > 0", "does not take"),
        ("abs(*k.limits) > 0", "Starred"),
        ("abs(1, 2) > 0", "does not take"),
        ("round(k.half, ndigits=2) > 0", "does not take"),
        ("max('a', 'b') == 'b'", "needs a number"),
        ("eval('1') == 1", "unknown function eval"),
        ("getattr(k.name, 'x') == 1", "unknown function getattr"),
        ("", "empty"),
        ("  # only a comment", "Tuple"),
        ("import os", "not an expression"),
        ("k.yes; k.no", "not an expression"),
        ("k.yes) or (k.no", "unmatched"),
        ("k.yes\x00", "not an expression"),
        ("'\\d' == k.name", "not an expression"),
        ("not " * 60 + "k.yes", "too large"),
        ("1 == 1 and " * 120 + "k.yes", "too large"),
        ("(" * 500 + "1" + ")" * 500 + " == 1", "not an expression"),
        ("-" * 1900 + "1 == 1", ""),
        ("k.yes" + " " * MAXIMUM_LENGTH, "longer than"),
    ],
)
def test_everything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse(text)
    assert reason in refusal.value.reason


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse("k.yes\nand k.no\nand k.two > 1")
    assert refusal.value.line == 3


@pytest.mark.parametrize(
    "text", ["1 / k.zero > 1", "1 // k.zero > 1", "1 % k.zero > 1", "1e299 * 1e299 > 1", "0 < 1e200 * 1e200"]
)
def test_what_has_no_value_is_an_error_and_never_silence(text: str) -> None:
    expression = parse(text)
    with pytest.raises(EvaluationError):
        expression.evaluate(readings_of(FACTS))


NAMES = st.sampled_from([*TYPES, "k.two", "__import__", "open"])
LITERALS = st.one_of(st.integers(), st.floats(), st.text(max_size=8), st.booleans(), st.none(), st.binary())
ATOMS = st.one_of(NAMES, LITERALS.map(repr))
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "<<",
    "|",
    "and",
    "or",
    "==",
    "<",
    "in",
    "not in",
    "is",
    ":=",
]


def _compose(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    call = st.sampled_from(["max", "min", "abs", "len", "round", "ceil", "floor", "print", "eval"])
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda x: f"not ({x})"),
        inner.map(lambda x: f"-({x})"),
        inner.map(lambda x: f"[{x}]"),
        inner.map(lambda x: f"({x}).__class__"),
        inner.map(lambda x: f"{{{x}}}"),
        inner.map(lambda x: f"(lambda: {x})()"),
        st.tuples(call, inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(call, inner).map(lambda t: f"{t[0]}({t[1]})"),
    )


HOSTILE = st.one_of(st.text(max_size=60), st.recursive(ATOMS, _compose, max_leaves=12))


@settings(max_examples=600, deadline=None)
@given(text=HOSTILE, wanted=st.sampled_from([Type.TRUTH, Type.NUMBER, Type.TEXT]))
def test_any_text_is_refused_or_gives_a_value_of_its_type(text: str, wanted: Type) -> None:
    try:
        expression = parse(text, wanted)
    except ExpressionError:
        return
    try:
        result = expression.evaluate(readings_of(FACTS))
    except EvaluationError:
        return
    if isinstance(result, Missing):
        assert result.facts <= {"k.gone", "k.lost"}
    else:
        assert type_of(result) is wanted
        assert not isinstance(result, int | float) or abs(result) <= LARGEST


ARITHMETIC = st.recursive(
    st.one_of(st.integers(-99, 99).map(str), st.sampled_from(["k.one", "k.half", "k.zero"]), st.just("0.25")),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(text=ARITHMETIC, against=st.integers(-9, 9))
def test_arithmetic_and_comparison_agree_with_python(text: str, against: int) -> None:
    question = f"{text} < {against}"
    plain = question.replace("k.one", "1").replace("k.half", "0.5").replace("k.zero", "0")
    try:
        expected: object = eval(plain, {"__builtins__": {}})  # noqa: S307 - only digits and operators
    except ZeroDivisionError:
        with pytest.raises(EvaluationError):
            outcome(question)
    else:
        assert outcome(question) is expected
