"""The elements of matrices in native code: registers to numbers, and sums to registers.

The mirror of `semantics.elements`: numbers are doubles, which hold the products of all types but f64 exactly
and every sum of integers too; single bits stay words.
"""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.formats import encode, values
from gpuadvisor.emulator.native.lowering.small_convert import SMALL
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers
from gpuadvisor.emulator.semantics.elements import ELEMENTS

_TF32 = 0xFFFFE000
_INT32_MINIMUM, _INT32_MAXIMUM = -(1 << 31), (1 << 31) - 1


def numbers(register: Integers, kind: str) -> list[ir.Value]:
    """Return the elements of a register, the lowest first: <32 x double> each, <32 x i32> for single bits."""
    element = ELEMENTS[kind]
    if kind == "b1":
        return [register.value]
    if element.bits >= 32:
        return [_whole(register, kind).value]
    starts = range(0, 32, element.bits)
    decode = _small_float if kind in SMALL else _half if element.is_float else _integer
    return [decode(register, kind, start).resized(64).value for start in starts]


def _whole(register: Integers, kind: str) -> Floats:
    if kind == "s32":
        return register.to_floats(64, signed=True)
    kept = register & _TF32 if kind == "tf32" else register
    return kept.as_floats().resized(64)


def _half(register: Integers, kind: str, start: int) -> Floats:
    return values((register >> start).resized(16), kind)


def _small_float(register: Integers, kind: str, start: int) -> Floats:
    return SMALL[kind].decode(register >> start)


def _integer(register: Integers, kind: str, start: int) -> Floats:
    bits = ELEMENTS[kind].bits
    top = register << (32 - bits - start)
    signed = kind.startswith("s")
    return (top.arithmetic_shift(32 - bits) if signed else top >> (32 - bits)).to_floats(64, signed=signed)


def registers(
    builder: ir.IRBuilder, pair: Sequence[ir.Value], kind: str, *, saturate: bool
) -> list[ir.Value]:
    """Return the registers that hold the even and the odd columns of an accumulator."""
    if pair[0].type.element == ir.IntType(32):
        return list(pair)
    even, odd = (_encoded(Floats(builder, each), kind, saturate=saturate) for each in pair)
    if kind == "f16":
        return [(even.resized(32) | (odd.resized(32) << 16)).value]
    return [even.value, odd.value]


def _encoded(sums: Floats, kind: str, *, saturate: bool) -> Integers:
    if kind != "s32":
        return encode(sums, kind)
    whole = sums.truncated(64, signed=True)
    if saturate:
        whole = whole.maximum(_INT32_MINIMUM, signed=True).minimum(_INT32_MAXIMUM, signed=True)
    return whole.resized(32)
