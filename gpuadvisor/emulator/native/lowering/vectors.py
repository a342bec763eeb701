"""Vectors of 32 lanes as LLVM values with operators, so that lowering reads like the arithmetic it emits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

from llvmlite import ir

LANES = 32
_FLOAT_TYPES = {16: ir.HalfType(), 32: ir.FloatType(), 64: ir.DoubleType()}
_SPLAT = re.compile(r"splat \(i\d+ (-?\w+)\)")
_WORDS = {"true": 1, "false": 0}


@cache
def integer_type(bits: int) -> ir.VectorType:
    """Return the type of 32 lanes of integers of `bits` bits; 1 for predicates."""
    return ir.VectorType(ir.IntType(bits), LANES)


@cache
def float_type(bits: int) -> ir.VectorType:
    """Return the type of 32 lanes of IEEE numbers of 16, 32 or 64 bits."""
    return ir.VectorType(_FLOAT_TYPES[bits], LANES)


def splat(vector: ir.VectorType, number: float) -> ir.Constant:
    """Return the constant whose lanes all hold `number`; integers may be given signed or unsigned."""
    element = vector.element
    if isinstance(element, ir.IntType):
        return _splat_integer(element.width, int(number) & ((1 << element.width) - 1))
    return _splat_of(vector, ir.Constant(element, number))


@cache
def _splat_integer(bits: int, number: int) -> ir.Constant:
    vector = integer_type(bits)
    return _splat_of(vector, ir.Constant(vector.element, number))


def _splat_of(vector: ir.VectorType, element: ir.Constant) -> ir.Constant:
    constant = ir.FormattedConstant(vector, "poison")
    constant.constant = f"splat ({element})"
    return constant


def constant_bits(value: ir.Value) -> int | None:
    """Return the unsigned integer that all lanes of a constant hold, or None."""
    if not isinstance(value, ir.Constant):
        return None
    if isinstance(value.constant, str):
        found = _SPLAT.fullmatch(value.constant)
        number = _WORDS.get(found[1]) if found and found[1] in _WORDS else found and int(found[1])
    else:
        numbers = {element.constant for element in value.constant}
        number = numbers.pop() if len(numbers) == 1 else None
    return number % (1 << value.type.element.width) if isinstance(number, int) else None


def call_intrinsic(
    builder: ir.IRBuilder, name: str, result: ir.Type, arguments: Sequence[ir.Value]
) -> ir.Value:
    """Call an LLVM intrinsic by its whole name, `llvm.fma.v32f32`, declaring it where need be."""
    function = builder.module.globals.get(name)
    if function is None:
        signature = ir.FunctionType(result, [argument.type for argument in arguments])
        function = ir.Function(builder.module, signature, name)
    return builder.call(function, arguments)


@dataclass(frozen=True, slots=True, eq=False)
class Integers:
    """32 integers, or predicates where they have one bit. Operators wrap around; numbers become splats."""

    builder: ir.IRBuilder
    value: ir.Value

    @property
    def bits(self) -> int:
        """The width of each integer."""
        width: int = self.value.type.element.width
        return width

    @property
    def constant(self) -> int | None:
        """The unsigned integer in all lanes if it is known now."""
        return constant_bits(self.value)

    def number(self, number: int) -> "Integers":
        """Return a constant of the same type."""
        return Integers(self.builder, splat(self.value.type, number))

    def _new(self, value: ir.Value) -> "Integers":
        return Integers(self.builder, value)

    def _operand(self, other: "Integers | int") -> ir.Value:
        return splat(self.value.type, other) if isinstance(other, int) else other.value

    def __add__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.add(self.value, self._operand(other)))

    def __sub__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.sub(self.value, self._operand(other)))

    def __rsub__(self, other: int) -> "Integers":
        return self._new(self.builder.sub(self._operand(other), self.value))

    def __mul__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.mul(self.value, self._operand(other)))

    def __and__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.and_(self.value, self._operand(other)))

    def __or__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.or_(self.value, self._operand(other)))

    def __xor__(self, other: "Integers | int") -> "Integers":
        return self._new(self.builder.xor(self.value, self._operand(other)))

    def __invert__(self) -> "Integers":
        return self ^ -1

    def __neg__(self) -> "Integers":
        return 0 - self

    def __lshift__(self, count: "Integers | int") -> "Integers":
        """Shift by less than the width."""
        return self._new(self.builder.shl(self.value, self._operand(count)))

    def __rshift__(self, count: "Integers | int") -> "Integers":
        """Shift zeros in, by less than the width."""
        return self._new(self.builder.lshr(self.value, self._operand(count)))

    def arithmetic_shift(self, count: "Integers | int") -> "Integers":
        """Shift copies of the sign in, by less than the width."""
        return self._new(self.builder.ashr(self.value, self._operand(count)))

    def compare(self, operator: str, other: "Integers | int", *, signed: bool = False) -> "Integers":
        """Return predicates: `operator` is ==, !=, <, <=, > or >=."""
        compare = self.builder.icmp_signed if signed else self.builder.icmp_unsigned
        return self._new(compare(operator, self.value, self._operand(other)))

    def resized(self, bits: int, *, signed: bool = False) -> "Integers":
        """Return the integers cut to `bits` bits, or extended by their sign or zeros."""
        target = integer_type(bits)
        if bits == self.bits:
            return self
        if bits < self.bits:
            return self._new(self.builder.trunc(self.value, target))
        extend = self.builder.sext if signed else self.builder.zext
        return self._new(extend(self.value, target))

    def call(self, name: str, *others: "Integers | int") -> "Integers":
        """Call the intrinsic `llvm.<name>` that takes and returns these integers."""
        arguments = [self.value, *(self._operand(other) for other in others)]
        whole = f"llvm.{name}.v{LANES}i{self.bits}"
        return self._new(call_intrinsic(self.builder, whole, self.value.type, arguments))

    def counted(self, name: str) -> "Integers":
        """Call `llvm.ctlz` or `llvm.cttz`: the width for zero."""
        no_poison = ir.Constant(ir.IntType(1), 0)
        whole = f"llvm.{name}.v{LANES}i{self.bits}"
        return self._new(call_intrinsic(self.builder, whole, self.value.type, [self.value, no_poison]))

    def minimum(self, other: "Integers | int", *, signed: bool = False) -> "Integers":
        """Return the smaller of both."""
        return self.call("smin" if signed else "umin", other)

    def maximum(self, other: "Integers | int", *, signed: bool = False) -> "Integers":
        """Return the larger of both."""
        return self.call("smax" if signed else "umax", other)

    def as_floats(self) -> "Floats":
        """Return the IEEE numbers that have these bits."""
        return Floats(self.builder, self.builder.bitcast(self.value, float_type(self.bits)))

    def to_floats(self, bits: int, *, signed: bool) -> "Floats":
        """Return the integers rounded to nearest in the IEEE format of `bits` bits."""
        convert = self.builder.sitofp if signed else self.builder.uitofp
        return Floats(self.builder, convert(self.value, float_type(bits)))


@dataclass(frozen=True, slots=True, eq=False)
class Floats:
    """32 IEEE numbers. Operators round to nearest even and keep subnormals."""

    builder: ir.IRBuilder
    value: ir.Value

    @property
    def bits(self) -> int:
        """The width of each number."""
        return next(bits for bits, kind in _FLOAT_TYPES.items() if kind == self.value.type.element)

    def number(self, number: float) -> "Floats":
        """Return a constant of the same type."""
        return Floats(self.builder, splat(self.value.type, float(number)))

    def _new(self, value: ir.Value) -> "Floats":
        return Floats(self.builder, value)

    def _operand(self, other: "Floats | float") -> ir.Value:
        return other.value if isinstance(other, Floats) else splat(self.value.type, float(other))

    def __add__(self, other: "Floats | float") -> "Floats":
        return self._new(self.builder.fadd(self.value, self._operand(other)))

    def __sub__(self, other: "Floats | float") -> "Floats":
        return self._new(self.builder.fsub(self.value, self._operand(other)))

    def __mul__(self, other: "Floats | float") -> "Floats":
        return self._new(self.builder.fmul(self.value, self._operand(other)))

    def __truediv__(self, other: "Floats | float") -> "Floats":
        return self._new(self.builder.fdiv(self.value, self._operand(other)))

    def __rtruediv__(self, other: float) -> "Floats":
        return self._new(self.builder.fdiv(self._operand(other), self.value))

    def __neg__(self) -> "Floats":
        return self._new(self.builder.fneg(self.value))

    def call(self, name: str, *others: "Floats | float") -> "Floats":
        """Call the intrinsic `llvm.<name>` that takes and returns these numbers."""
        arguments = [self.value, *(self._operand(other) for other in others)]
        whole = f"llvm.{name}.v{LANES}f{self.bits}"
        return self._new(call_intrinsic(self.builder, whole, self.value.type, arguments))

    def fused(self, factor: "Floats | float", term: "Floats | float") -> "Floats":
        """Return self * factor + term, rounded once."""
        return self.call("fma", factor, term)

    def magnitude(self) -> "Floats":
        """Return the numbers without their signs."""
        return self.call("fabs")

    def compare(self, operator: str, other: "Floats | float") -> Integers:
        """Return predicates: `operator` is ==, !=, <, <=, > or >=; false where one is NaN."""
        return Integers(self.builder, self.builder.fcmp_ordered(operator, self.value, self._operand(other)))

    def unordered(self, operator: str, other: "Floats | float") -> Integers:
        """Return predicates that are true where one of the operands is NaN."""
        return Integers(self.builder, self.builder.fcmp_unordered(operator, self.value, self._operand(other)))

    def is_nan(self) -> Integers:
        """Return which lanes hold NaN."""
        return Integers(self.builder, self.builder.fcmp_unordered("uno", self.value, self.value))

    def resized(self, bits: int) -> "Floats":
        """Return the numbers in the IEEE format of `bits` bits, rounded to nearest."""
        if bits == self.bits:
            return self
        convert = self.builder.fpext if bits > self.bits else self.builder.fptrunc
        return self._new(convert(self.value, float_type(bits)))

    def as_integers(self) -> Integers:
        """Return the bits."""
        return Integers(self.builder, self.builder.bitcast(self.value, integer_type(self.bits)))

    def to_integers(self, bits: int, *, signed: bool) -> Integers:
        """Return the numbers truncated and clamped to integers; zero for NaN."""
        beyond = 2.0 ** (bits - signed)
        inside = self.compare("<", beyond) & self.compare(*((">=", -beyond) if signed else (">", -1.0)))
        whole = where(inside, self, 0.0).truncated(bits, signed=signed)
        result = where(self.compare(">=", beyond), int(beyond) - 1, whole)
        return where(self.compare("<", -beyond), -int(beyond), result) if signed else result

    def truncated(self, bits: int, *, signed: bool) -> Integers:
        """Return the numbers truncated to integers, which must hold them."""
        convert = self.builder.fptosi if signed else self.builder.fptoui
        return Integers(self.builder, convert(self.value, integer_type(bits)))


@overload
def where(chosen: Integers, a: Integers, b: Integers | int) -> Integers: ...
@overload
def where(chosen: Integers, a: int, b: Integers) -> Integers: ...
@overload
def where(chosen: Integers, a: Floats, b: Floats | float) -> Floats: ...
@overload
def where(chosen: Integers, a: float, b: Floats) -> Floats: ...
def where(chosen: Integers, a: Integers | Floats | float, b: Integers | Floats | float) -> Integers | Floats:
    """Return a's lane where the predicate holds, else b's; at most one is a number."""
    model = a if isinstance(a, Integers | Floats) else b
    assert isinstance(model, Integers | Floats)
    kind = model.value.type
    first, second = (x.value if isinstance(x, Integers | Floats) else splat(kind, x) for x in (a, b))
    return type(model)(chosen.builder, chosen.builder.select(chosen.value, first, second))
