"""The expressions of rule pages: a small subset of Python's, checked node by node against the catalogue.

Allowed are comparisons (chained, and `in`), `and`, `or`, `not`, `+ - * / // %`, literals, names of facts
and the functions in `functions.py`. Everything else is refused, so evaluating a stranger's rule runs
none of a stranger's code.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpuadvisor.advising import operators
from gpuadvisor.advising.evaluation import Evaluator, Outcome, Readings
from gpuadvisor.advising.functions import FUNCTIONS
from gpuadvisor.advising.syntax import ExpressionError, parse_syntax
from gpuadvisor.advising.types import Type, is_bounded, type_of

FactTypes = Mapping[str, Type]
"""The facts an expression may name."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression."""

    text: str
    type: Type
    facts: tuple[str, ...]
    """The facts it names, in order of appearance."""
    evaluate: Callable[[Readings], Outcome]
    """Return its value, or the facts that are missing to know it; raise EvaluationError."""


@dataclass(frozen=True, slots=True)
class _Term:
    type: Type
    evaluate: Evaluator


def parse_expression(
    text: str, wanted: Type, facts: FactTypes, why_unknown: Callable[[str], str]
) -> Expression:
    """Check `text` and return it ready to evaluate; raise ExpressionError if anything is wrong with it.

    `wanted` is the type it must have, `facts` the names it may use, and `why_unknown` words the refusal
    of another name.
    """
    tree = parse_syntax(text)
    compiler = _Compiler(facts, why_unknown)
    term = compiler.term(tree)
    if term.type is not wanted:
        raise ExpressionError(f"gives a {term.type}, not a {wanted}", tree.lineno)
    return Expression(text, term.type, tuple(compiler.named), term.evaluate)


@dataclass(slots=True)
class _Compiler:
    facts: FactTypes
    why_unknown: Callable[[str], str]
    named: dict[str, None] = field(default_factory=dict)

    def term(self, node: ast.expr) -> _Term:
        match node:
            case ast.Constant():
                return _literal(node)
            case ast.Name() | ast.Attribute():
                return self._fact(node)
            case ast.BoolOp():
                return self._logic(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
        raise _forbidden(node)

    def _fact(self, node: ast.Name | ast.Attribute) -> _Term:
        name = _dotted(node)
        if name not in self.facts:
            raise ExpressionError(self.why_unknown(name), node.lineno)
        self.named[name] = None
        return _Term(self.facts[name], lambda readings: readings.read(name))

    def _logic(self, node: ast.BoolOp) -> _Term:
        operands = [self._typed(value, Type.TRUTH, "and, or") for value in node.values]
        join = operators.conjunction if isinstance(node.op, ast.And) else operators.disjunction
        return _Term(Type.TRUTH, join(operands))

    def _unary(self, node: ast.UnaryOp) -> _Term:
        if isinstance(node.op, ast.Not):
            operand = self._typed(node.operand, Type.TRUTH, "not")
            return _Term(Type.TRUTH, operators.apply(lambda value: not value, [operand]))
        if isinstance(node.op, ast.USub):
            operand = self._typed(node.operand, Type.NUMBER, "-")
            return _Term(Type.NUMBER, operators.apply(lambda value: -value, [operand]))
        raise _forbidden(node.op, node.lineno)

    def _arithmetic(self, node: ast.BinOp) -> _Term:
        function = operators.ARITHMETIC.get(type(node.op))
        if function is None:
            raise _forbidden(node.op, node.lineno)
        operands = [self._typed(side, Type.NUMBER, "arithmetic") for side in (node.left, node.right)]
        return _Term(Type.NUMBER, operators.apply(function, operands))

    def _comparison(self, node: ast.Compare) -> _Term:
        functions = []
        terms = [self.term(node.left)]
        for op, right in zip(node.ops, node.comparators, strict=True):
            if type(op) not in operators.COMPARISONS:
                raise _forbidden(op, node.lineno)
            membership = type(op) in operators.MEMBERSHIP
            terms.append(self._container(right) if membership else self.term(right))
            _check_comparable(op, terms[-2].type, terms[-1].type, node.lineno)
            functions.append(operators.COMPARISONS[type(op)])
        return _Term(Type.TRUTH, operators.compare(functions, [term.evaluate for term in terms]))

    def _container(self, node: ast.expr) -> _Term:
        if not isinstance(node, ast.Tuple | ast.List):
            return self.term(node)
        texts = [_text_literal(element) for element in node.elts]
        return _Term(Type.LIST, lambda _: texts)

    def _call(self, node: ast.Call) -> _Term:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"unknown function {name}; known: {', '.join(FUNCTIONS)}", node.lineno)
        if node.keywords or not function.fewest <= len(node.args) <= function.most:
            raise ExpressionError(f"{name} does not take these arguments", node.lineno)
        operands = [self._typed(argument, function.takes, name) for argument in node.args]
        return _Term(function.gives, operators.apply(function.call, operands))

    def _typed(self, node: ast.expr, wanted: Type | Sequence[Type], user: str) -> Evaluator:
        term = self.term(node)
        types = (wanted,) if isinstance(wanted, Type) else wanted
        if term.type not in types:
            raise ExpressionError(
                f"{user}: needs a {' or '.join(types)}, but {ast.unparse(node)} is a {term.type}", node.lineno
            )
        return term.evaluate


def _literal(node: ast.Constant) -> _Term:
    value: Any = node.value
    if not isinstance(value, bool | int | float | str):
        raise ExpressionError(f"{ast.unparse(node)} is no literal that rules may use", node.lineno)
    if not is_bounded(value):
        raise ExpressionError("a number beyond all bounds", node.lineno)
    return _Term(type_of(value), lambda _: value)


def _text_literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ExpressionError(f"in: {ast.unparse(node)} is no text literal", node.lineno)


def _dotted(node: ast.Name | ast.Attribute) -> str:
    parts: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        raise ExpressionError(f"{ast.unparse(node)}: only facts have dotted names", node.lineno)
    return ".".join([inner.id, *reversed(parts)])


def _check_comparable(op: ast.cmpop, left: Type, right: Type, line: int) -> None:
    if type(op) in operators.MEMBERSHIP:
        comparable = left is Type.TEXT and right in (Type.LIST, Type.TEXT)
    elif type(op) in operators.ORDER:
        comparable = left is right is Type.NUMBER
    else:
        comparable = left is right is not Type.LIST
    if not comparable:
        raise ExpressionError(f"{type(op).__name__}: cannot compare a {left} with a {right}", line)


def _forbidden(node: ast.expr | ast.operator | ast.unaryop | ast.cmpop, line: int = 1) -> ExpressionError:
    place = node.lineno if isinstance(node, ast.expr) else line
    return ExpressionError(f"{type(node).__name__} is not allowed in an expression", place)
