"""Operands of instructions: registers, immediates, addresses, vectors."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gpuadvisor.emulator.program import Address, Immediate, Names, Operand, Register, Symbol, Vector
from gpuadvisor.emulator.tokens import Tokens, parse_integer

WARP_SIZE = 32
_MASK_64 = (1 << 64) - 1


@dataclass(slots=True)
class Scope:
    """The names declared between two braces; an inner name is stored under a unique one."""

    parent: "Scope | None" = None
    registers: dict[str, str] = field(default_factory=dict)
    """Register name to its unique name in the function."""
    symbols: dict[str, str] = field(default_factory=dict)
    """Variable name to its unique name."""
    labels: dict[str, str] = field(default_factory=dict)

    def register(self, name: str) -> str | None:
        """Return the unique name of the register `name`, or None if it is not one."""
        return next((scope.registers[name] for scope in self._chain() if name in scope.registers), None)

    def symbol(self, name: str) -> str:
        """Return the unique name of the variable `name`; names of the module stand for themselves."""
        return next((scope.symbols[name] for scope in self._chain() if name in scope.symbols), name)

    def label(self, name: str) -> str:
        """Return the unique name of the label `name`."""
        return next((scope.labels[name] for scope in self._chain() if name in scope.labels), name)

    def _chain(self) -> Iterator["Scope"]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


def parse_operands(tokens: Tokens, scope: Scope) -> tuple[Operand, ...]:
    """Read the operands of one instruction up to and with its semicolon; `p|q` gives two."""
    operands: list[Operand] = []
    while not tokens.accept(";"):
        operands.extend(_operand(tokens, scope))
        if tokens.accept("|"):
            operands.extend(_operand(tokens, scope))
        if tokens.peek() not in (",", ";"):
            raise tokens.error(f"unexpected {tokens.peek()!r}")
        tokens.accept(",")
    return tuple(operands)


def _operand(tokens: Tokens, scope: Scope) -> list[Operand]:
    token = tokens.peek()
    if token == "[":
        return _address(tokens, scope)
    if token == "{":
        return [_vector(tokens, scope)]
    if token == "(":
        return [_names(tokens, scope)]
    return [_simple(tokens, scope)]


def _simple(tokens: Tokens, scope: Scope) -> Register | Immediate | Symbol | None:
    """Read a register, a literal, the sink `_` or a symbol with an offset."""
    negated = tokens.accept("!")
    token = tokens.next()
    if token == "_":
        return None
    if token == "-" or token[0].isdigit():
        return _literal(tokens, token)
    name = scope.register(token)
    if name is not None or token[0] == "%":
        return Register(name or token, negated)
    if not (token[0].isalpha() or token[0] in "_$."):
        raise tokens.error(f"unexpected {token!r}")
    if token == "WARP_SZ":
        return Immediate(WARP_SIZE, 64, is_float=False)
    return Symbol(scope.symbol(token), _offset(tokens))


def _literal(tokens: Tokens, token: str) -> Immediate:
    negative = token == "-"
    text = tokens.next() if negative else token
    try:
        return parse_literal(text, negative=negative)
    except (ValueError, struct.error):
        raise tokens.error(f"not a number: {text!r}") from None


def parse_literal(text: str, *, negative: bool = False) -> Immediate:
    """Return an integer or floating-point literal (PTX ISA 4.5); raises ValueError if it is neither."""
    prefix = text[:2].lower()
    if prefix == "0f" and len(text) == 10:
        return Immediate(int(text[2:], 16) ^ (negative << 31), 32, is_float=True)
    if prefix == "0d" and len(text) == 18:
        return Immediate(int(text[2:], 16) ^ (negative << 63), 64, is_float=True)
    if "." in text:
        value = -float(text) if negative else float(text)
        return Immediate(int.from_bytes(struct.pack("<d", value), "little"), 64, is_float=True)
    number = parse_integer(text)
    return Immediate((-number if negative else number) & _MASK_64, 64, is_float=False)


def _offset(tokens: Tokens) -> int:
    """Read `+4`, `+-4` or `-4` if it comes next; 0 if not."""
    if tokens.peek() not in ("+", "-"):
        return 0
    sign = -1 if tokens.next() == "-" else 1
    if tokens.accept("-"):
        sign = -sign
    return sign * tokens.integer()


def _address(tokens: Tokens, scope: Scope) -> list[Operand]:
    """Read `[base+offset]`; the further operands of a texture's or tensor's `[a, {b}]` follow it."""
    tokens.expect("[")
    base = _simple(tokens, scope)
    operands: list[Operand] = [_as_address(tokens, base)]
    while tokens.accept(","):
        operands.extend(_operand(tokens, scope))
    tokens.expect("]")
    return operands


def _as_address(tokens: Tokens, base: Register | Immediate | Symbol | None) -> Address:
    if isinstance(base, Register):
        return Address(base, _offset(tokens))
    if isinstance(base, Symbol):
        return Address(Symbol(base.name), base.offset)
    if base is None:
        raise tokens.error("an address cannot be `_`")
    return Address(None, base.bits + _offset(tokens))


def _vector(tokens: Tokens, scope: Scope) -> Vector:
    tokens.expect("{")
    elements: list[Register | Immediate | None] = []
    while not tokens.accept("}"):
        element = _simple(tokens, scope)
        if isinstance(element, Symbol):
            raise tokens.error(f"unknown register {element.name!r}")
        elements.append(element)
        tokens.accept(",")
    return Vector(tuple(elements))


def _names(tokens: Tokens, scope: Scope) -> Names:
    """Read the parenthesised list of a call: names of parameters or registers."""
    tokens.expect("(")
    names: list[str] = []
    while not tokens.accept(")"):
        name = tokens.next()
        names.append(scope.register(name) or scope.symbol(name))
        tokens.accept(",")
    return Names(tuple(names))
