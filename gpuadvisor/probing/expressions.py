"""Arithmetic in probe.toml: numbers, names and operators, parsed with `ast` and nothing else let through."""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Number = int | float
Value = Number | np.uint64 | NDArray[np.uint64]
Lookup = Callable[[str], Value]
Literal = Callable[[Number], Value]

LONGEST = 1000
"""Characters; also keeps the nesting far from Python's recursion limit."""
LARGEST_EXPONENT = 65536


class Expression:
    """A checked expression: its text and the names it uses.

    A plain class, so that msgspec asks the hook of load.py to build it.
    """

    __slots__ = ("_tree", "names", "text")

    def __init__(self, text: str, names: frozenset[str], tree: ast.expr) -> None:
        self.text = text
        self.names = names
        self._tree = tree

    def evaluate(self, lookup: Lookup, literal: Literal) -> Value:
        """Return the value; `literal` turns the numbers of the text into the type to calculate with.

        Raises ArithmeticError for a division by zero or an exponent that is too large, and whatever
        `lookup` raises for a name.
        """
        return _evaluate(self._tree, lookup, literal)


def parse(text: str | float) -> Expression:
    """Return the expression in `text`; raise ValueError for anything but arithmetic."""
    written = str(text)
    if len(written) > LONGEST:
        raise ValueError(f"the expression is longer than {LONGEST} characters")
    try:
        tree = ast.parse(written, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{written!r} is not an expression: {error.msg}") from None
    return Expression(written, frozenset(_names(tree)), tree)


def _names(node: ast.expr) -> set[str]:
    """Return the names in the tree below `node`, having checked every node of it."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return set()
        case ast.Name(id=name):
            return {name}
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _names(left) | _names(right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS and arguments:
            return set().union(*map(_names, arguments))
    raise ValueError(
        f"{ast.unparse(node)!r} is not allowed in an expression; allowed are numbers, names, "
        "+ - * / // % **, min(...) and max(...)"
    )


def _evaluate(node: ast.expr, lookup: Lookup, literal: Literal) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return literal(number)
        case ast.Name(id=name):
            return lookup(name)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_evaluate(left, lookup, literal), _evaluate(right, lookup, literal))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return reduce(FUNCTIONS[name], (_evaluate(each, lookup, literal) for each in arguments))
    raise TypeError(f"unchecked expression {ast.dump(node)}")


def _smaller(left: Value, right: Value) -> Value:
    return np.minimum(left, right) if _is_array(left) or _is_array(right) else min(left, right)


def _larger(left: Value, right: Value) -> Value:
    return np.maximum(left, right) if _is_array(left) or _is_array(right) else max(left, right)


def _power(base: Value, exponent: Value) -> Value:
    if np.any(np.greater(exponent, LARGEST_EXPONENT)):
        raise OverflowError(f"an exponent is larger than {LARGEST_EXPONENT}")
    result: Value = operator.pow(base, exponent)
    return result


def _is_array(value: Value) -> bool:
    return isinstance(value, np.ndarray)


OPERATORS: Mapping[type[ast.operator], Callable[..., Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
FUNCTIONS: Mapping[str, Callable[[Value, Value], Value]] = {"min": _smaller, "max": _larger}
