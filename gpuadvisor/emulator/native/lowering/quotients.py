"""Integer division and remainder of 32 lanes.

A quotient of integers of up to 32 bits, rounded to double precision, lies on the same side of every
integer as the exact one: they differ by less than the distance 1/divisor to the next integer. So
division goes through doubles. 64-bit integers are divided lane by lane.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.functions import (
    call_shared,
    in_memory,
    lane_pointer,
    load_lane,
    loop_over_lanes,
)
from gpuadvisor.emulator.native.lowering.vectors import Integers, where

_INT64 = ir.IntType(64)


def _quotient(a: Integers, b: Integers) -> Integers:
    """Return the unsigned quotient; the divisor is not zero."""
    if a.bits < 64:
        ratio = a.to_floats(64, signed=False) / b.to_floats(64, signed=False)
        return ratio.truncated(a.bits, signed=False)
    quotient = call_shared(a.builder, "udiv64", a.value.type, [a.value, b.value], _quotients_of_64_bits)
    return Integers(a.builder, quotient)


def _quotients_of_64_bits(builder: ir.IRBuilder, operands: Sequence[ir.Value]) -> ir.Value:
    dividends, divisors = (in_memory(builder, operand) for operand in operands)

    def divide_lane(lane: ir.Value, _carried: Sequence[ir.Value]) -> list[ir.Value]:
        place = lane_pointer(builder, dividends, lane, _INT64)
        divisor = load_lane(builder, divisors, lane, _INT64)
        builder.store(builder.udiv(builder.load(place, typ=_INT64), divisor), place)
        return []

    loop_over_lanes(builder, [], divide_lane)
    return builder.load(dividends, typ=operands[0].type)


def _magnitude(a: Integers, *, signed: bool) -> Integers:
    return a.maximum(-a, signed=True) if signed else a


def divide(a: Integers, b: Integers, *, signed: bool) -> Integers:
    """Return division that truncates; by zero it yields all ones, as the interpreter does."""
    divisor = _magnitude(b, signed=signed)
    by_zero = b.compare("==", 0)
    quotient = _quotient(_magnitude(a, signed=signed), where(by_zero, -1, divisor))
    if signed:
        quotient = where((a ^ b).compare("<", 0, signed=True), -quotient, quotient)
    return by_zero_gives(by_zero, a.number(-1), quotient)


def remainder(a: Integers, b: Integers, *, signed: bool) -> Integers:
    """Return the remainder with the dividend's sign; by zero it yields the dividend."""
    dividend, magnitude = _magnitude(a, signed=signed), _magnitude(b, signed=signed)
    by_zero = b.compare("==", 0)
    divisor = where(by_zero, 1, magnitude)
    rest = dividend - _quotient(dividend, divisor) * divisor
    if signed:
        rest = where(a.compare("<", 0, signed=True), -rest, rest)
    return by_zero_gives(by_zero, a, rest)


def by_zero_gives(by_zero: Integers, unspecified: Integers, result: Integers) -> Integers:
    """Return the result, and the value chosen for what the manual leaves open."""
    return where(by_zero, unspecified, result)
