"""Sine and cosine of doubles that were single precision: relative error < 1e-14 everywhere.

Arguments are reduced by multiples of pi/2 in two doubles (Cody and Waite). Large ones are first made
small by the remainder of their power of two modulo 2 pi, a table of two doubles each.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.exponentials import polynomial
from gpuadvisor.emulator.native.lowering.functions import call_shared, gather
from gpuadvisor.emulator.native.lowering.vectors import LANES, Floats, Integers, where

_LARGE = 2.0**26
_ROUND_TO_INTEGER = 1.5 * 2.0**52
_SINE = [(-1.0) ** power / math.factorial(2 * power + 1) for power in range(9)]
_COSINE = [(-1.0) ** power / math.factorial(2 * power) for power in range(10)]
_EXPONENTS = 128
_MANTISSA = (1 << 52) - 1
_FRACTION_BITS = 23
_BIAS = 1023 + _FRACTION_BITS
"""The exponent, as doubles hold it, of whole numbers of 24 bits."""


@cache
def _pi() -> Fraction:
    """Return pi to 400 bits (Machin: pi/4 = 4 arctan(1/5) - arctan(1/239))."""

    def arctangent(inverse: int) -> int:
        power, total, divisor = (1 << 420) // inverse, 0, 1
        while power:
            total += power // divisor * (1 if divisor % 4 == 1 else -1)
            power, divisor = power // inverse**2, divisor + 2
        return total

    return Fraction(4 * (4 * arctangent(5) - arctangent(239)), 1 << 420)


def _two_doubles(value: Fraction) -> tuple[float, float]:
    high = float(value)
    return high, float(value - Fraction(high))


def _table(builder: ir.IRBuilder, part: int) -> ir.Value:
    """Return the table of 2**n modulo 2 pi for n = 0..127, its high (0) or low (1) double."""
    name = f"lane.turns.{part}"
    known = builder.module.globals.get(name)
    if known is None:
        turn = 2 * _pi()
        remainders = (Fraction(2) ** n - round(Fraction(2) ** n / turn) * turn for n in range(_EXPONENTS))
        kind = ir.ArrayType(ir.DoubleType(), _EXPONENTS)
        known = ir.GlobalVariable(builder.module, kind, name)
        known.initializer = ir.Constant(kind, [_two_doubles(value)[part] for value in remainders])
        known.linkage, known.global_constant = "internal", True
    return known


def _table_entries(builder: ir.IRBuilder, part: int, index: Integers) -> Floats:
    return Floats(builder, gather(builder, _table(builder, part), index.value, ir.DoubleType(), 8))


def _within_a_turn(x: Floats) -> tuple[Floats, Floats]:
    """Return the large numbers among x modulo 2 pi, as two doubles; the others as they are."""
    bits = x.as_integers()
    exponent = ((bits >> 52) - _BIAS).resized(32) & (_EXPONENTS - 1)
    mantissa = ((bits & ((1 << 63) | _MANTISSA)) | (_BIAS << 52)).as_floats()
    high, low = (_table_entries(x.builder, part, exponent) for part in (0, 1))
    product = mantissa * high
    error = mantissa.fused(low, mantissa.fused(high, -product))
    large = x.magnitude().compare(">", _LARGE)
    return where(large, product, x), where(large, error, -0.0)


def _reduced_if_large(x: Floats) -> tuple[Floats, Floats]:
    """Emit the reduction by whole turns behind a branch: it is rarely needed."""
    builder = x.builder
    large = builder.bitcast(x.magnitude().compare(">", _LARGE).value, ir.IntType(LANES))
    before = builder.block
    reduce, after = builder.append_basic_block("reduce"), builder.append_basic_block("reduced")
    builder.cbranch(builder.icmp_unsigned("==", large, ir.Constant(large.type, 0)), after, reduce)
    builder.position_at_end(reduce)
    results = _within_a_turn(x)
    builder.branch(after)
    builder.position_at_end(after)
    merged = []
    for untouched, result in zip((x, x.number(-0.0)), results, strict=True):
        phi = builder.phi(x.value.type)
        phi.add_incoming(untouched.value, before)
        phi.add_incoming(result.value, reduce)
        merged.append(Floats(builder, phi))
    return merged[0], merged[1]


def _circular(quarters: int) -> Callable[[ir.IRBuilder, Sequence[ir.Value]], ir.Value]:
    """Return the body of sine, shifted to the left by `quarters` quarter turns."""

    def body(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
        x = Floats(builder, arguments[0])
        high, low = _reduced_if_large(x)
        right_angle, rest = _two_doubles(_pi() / 2)
        shifted = high.fused(1.0 / right_angle, _ROUND_TO_INTEGER)
        turns = -(shifted - _ROUND_TO_INTEGER)
        angle = turns.fused(rest, turns.fused(right_angle, high)) + low
        square = angle * angle
        sine, cosine = angle * polynomial(square, _SINE), polynomial(square, _COSINE)
        quadrant = shifted.as_integers() + quarters
        result = where((quadrant & 1).compare("!=", 0), cosine, sine).as_integers()
        signed = (result ^ ((quadrant & 2) << 62)).as_floats()
        finite = where(x.magnitude().compare("<", math.inf), signed, math.nan)
        return finite.value

    return body


def sine(x: Floats) -> Floats:
    """Return sin(x); NaN for infinities."""
    return Floats(x.builder, call_shared(x.builder, "sin", x.value.type, [x.value], _circular(0)))


def cosine(x: Floats) -> Floats:
    """Return cos(x); NaN for infinities."""
    return Floats(x.builder, call_shared(x.builder, "cos", x.value.type, [x.value], _circular(1)))
