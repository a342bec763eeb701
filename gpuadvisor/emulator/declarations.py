"""Declarations: variables with their initialisers, parameters, register ranges."""

import struct
from dataclasses import dataclass

from gpuadvisor.emulator.operands import parse_literal
from gpuadvisor.emulator.program import Immediate, Parameter, Relocation, Variable
from gpuadvisor.emulator.tokens import Tokens
from gpuadvisor.emulator.widths import TYPE_BYTES

SPACES = frozenset({"global", "const", "shared", "local", "param", "tex"})
_VECTORS = {"v2": 2, "v4": 4, "v8": 8}
_MOST_REGISTERS = 1 << 17
"""Of one name; beyond what compilers write, and little enough to list them."""
_LARGEST_ALIGNMENT = 1 << 16
"""Far beyond the 1,024 bytes that hardware asks for anywhere."""
_MOST_PARAMETER_BYTES = 32_764
"""Since compute capability 7.0 (CUDA C++ Programming Guide, `__global__` Function Parameters)."""


@dataclass(slots=True)
class _Shape:
    type_name: str
    name: str
    element_bytes: int
    alignment: int
    dimensions: list[int]
    """Empty for a scalar; 0 stands for `[]`."""

    @property
    def size_bytes(self) -> int:
        size = self.element_bytes
        for dimension in self.dimensions:
            size *= dimension
        return size


def parse_parameters(tokens: Tokens) -> tuple[Parameter, ...]:
    """Read `(.param .u64 a, .param .align 4 .b8 b[16])`; nothing if no parenthesis comes next.

    Raises GpuAdvisorError where they are no parameters, or take more than any kernel may have.
    """
    parameters: list[Parameter] = []
    if not tokens.accept("("):
        return ()
    while not tokens.accept(")"):
        if tokens.peek() == ".reg":
            raise tokens.error("parameters in registers (PTX 1.x calls) are not supported")
        tokens.expect(".param")
        shape = _shape(tokens)
        parameters.append(Parameter(shape.name, shape.type_name, shape.size_bytes, shape.alignment))
        tokens.accept(",")
    size = sum(parameter.size_bytes for parameter in parameters)
    if size > _MOST_PARAMETER_BYTES:
        raise tokens.error(f"{size} bytes of parameters; {_MOST_PARAMETER_BYTES} are the most")
    return tuple(parameters)


def parse_variables(tokens: Tokens, space: str, *, external: bool = False) -> list[Variable]:
    """Read the rest of a declaration after its state space, with its semicolon."""
    variables = []
    shape = _shape(tokens)
    while True:
        initial, relocations = _initialiser(tokens, shape)
        size = shape.size_bytes or len(initial or b"")
        variables.append(
            Variable(shape.name, space, size, shape.alignment, initial, external or size == 0, relocations)
        )
        if tokens.accept(";"):
            return variables
        tokens.expect(",")
        shape = _declarator(tokens, shape)


def _shape(tokens: Tokens) -> _Shape:
    """Read alignment, attributes, type, name and array bounds."""
    alignment, count, type_name = 0, 1, ""
    while tokens.peek().startswith("."):
        word = tokens.next()[1:]
        if word == "align":
            alignment = _alignment(tokens)
        elif word == "attribute":
            tokens.skip_until(")")
            tokens.expect(")")
        elif word in _VECTORS:
            count = _VECTORS[word]
        elif word in TYPE_BYTES:
            type_name = word
        elif word not in SPACES and word != "ptr":
            raise tokens.error(f"unknown type or attribute .{word}")
    if not type_name:
        raise tokens.error("a declaration without a type")
    element_bytes = TYPE_BYTES[type_name] * count
    return _declarator(tokens, _Shape(type_name, "", element_bytes, alignment or element_bytes, []))


def _alignment(tokens: Tokens) -> int:
    """Read a power of two (PTX ISA, Alignment)."""
    alignment = tokens.integer()
    if not 0 < alignment <= _LARGEST_ALIGNMENT or alignment & (alignment - 1):
        raise tokens.error(f"an alignment of {alignment}; powers of two up to {_LARGEST_ALIGNMENT} are read")
    return alignment


def _declarator(tokens: Tokens, like: _Shape) -> _Shape:
    name = tokens.next()
    dimensions: list[int] = []
    while tokens.accept("["):
        dimensions.append(0 if tokens.peek() == "]" else tokens.integer())
        tokens.expect("]")
    return _Shape(like.type_name, name, like.element_bytes, like.alignment, dimensions)


def _initialiser(tokens: Tokens, shape: _Shape) -> tuple[bytes | None, tuple[Relocation, ...]]:
    """Read `= 3`, `= {1, 2, sym+4}` or nothing; missing elements are zero (PTX ISA 5.4.4)."""
    if not tokens.accept("="):
        return None, ()
    size = TYPE_BYTES[shape.type_name]
    content = bytearray()
    relocations: list[Relocation] = []
    depth = 0
    while True:
        if tokens.accept("{"):
            depth += 1
        elif tokens.accept("}"):
            depth -= 1
        elif not (depth and tokens.accept(",")):
            _element(tokens, shape.type_name, size, content, relocations)
        if depth == 0:
            break
    return bytes(content.ljust(shape.size_bytes, b"\0")), tuple(relocations)


def _element(
    tokens: Tokens, type_name: str, size: int, content: bytearray, relocations: list[Relocation]
) -> None:
    """Append one value of an initialiser: a literal, a symbol, `generic(symbol)`, each with an offset."""
    token = tokens.next()
    negative = token == "-"
    if negative:
        token = tokens.next()
    if token[0].isdigit():
        try:
            literal = parse_literal(token, negative=negative)
        except ValueError:
            raise tokens.error(f"not a number: {token!r}") from None
        if tokens.peek() == "(":
            raise tokens.error("masked addresses in initialisers are not supported")
        content += _literal_bytes(literal, type_name, size)
        return
    generic = token == "generic" and tokens.accept("(")
    symbol = tokens.next() if generic else token
    if generic:
        tokens.expect(")")
    offset = tokens.integer() if tokens.accept("+") else 0
    relocations.append(Relocation(len(content), size, symbol, offset, generic))
    content += bytes(size)


def _literal_bytes(literal: Immediate, type_name: str, size: int) -> bytes:
    if literal.is_float and literal.width // 8 != size and type_name in ("f32", "f64"):
        code = {32: "<f", 64: "<d"}
        value = struct.unpack(code[literal.width], literal.bits.to_bytes(literal.width // 8, "little"))[0]
        return struct.pack(code[8 * size], value)
    return (literal.bits & ((1 << (8 * size)) - 1)).to_bytes(size, "little")


def parse_registers(tokens: Tokens) -> tuple[str, list[str]]:
    """Read the rest of `.reg .b32 %r<3>, %x;`: the type and the names."""
    type_name = tokens.next()[1:]
    if type_name in _VECTORS:
        raise tokens.error("registers of a vector type are not supported")
    if type_name not in TYPE_BYTES:
        raise tokens.error(f"unknown register type .{type_name}")
    names: list[str] = []
    while not tokens.accept(";"):
        name = tokens.next()
        if tokens.accept("<"):
            names += [f"{name}{number}" for number in range(_count(tokens))]
            tokens.expect(">")
        else:
            names.append(name)
        tokens.accept(",")
    return type_name, names


def _count(tokens: Tokens) -> int:
    count = tokens.integer()
    if count > _MOST_REGISTERS:
        raise tokens.error(f"{count} registers of one name; {_MOST_REGISTERS} are the most that are read")
    return count
