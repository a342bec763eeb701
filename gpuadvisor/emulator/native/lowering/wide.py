"""Integer products: mul and mad with .lo, .hi and .wide, mul24 and mad24."""

from collections.abc import Callable
from operator import mul

from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.types import width
from gpuadvisor.emulator.widths import is_signed

Product = Callable[[Integers, Integers], Integers]
_LOW_HALF = 0xFFFFFFFF


def _wide(kind: str) -> Product:
    """Return the product of twice the width (16 or 32 bits)."""
    bits, signed = 2 * width(kind), is_signed(kind)
    return lambda a, b: a.resized(bits, signed=signed) * b.resized(bits, signed=signed)


def _high_of_64_bits(a: Integers, b: Integers) -> Integers:
    """Return bits 127..64 of unsigned products, from four 32-bit ones."""
    a_low, a_high, b_low, b_high = a & _LOW_HALF, a >> 32, b & _LOW_HALF, b >> 32
    middle = a_high * b_low + ((a_low * b_low) >> 32)
    carry = a_low * b_high + (middle & _LOW_HALF)
    return a_high * b_high + (middle >> 32) + (carry >> 32)


def _signed_high_of_64_bits(a: Integers, b: Integers) -> Integers:
    high = _high_of_64_bits(a, b)
    return high - (a.arithmetic_shift(63) & b) - (b.arithmetic_shift(63) & a)


def high_product(kind: str) -> Product:
    """Return the upper half of the product."""
    bits = width(kind)
    if bits == 64:
        return _signed_high_of_64_bits if is_signed(kind) else _high_of_64_bits
    wide = _wide(kind)
    return lambda a, b: (wide(a, b) >> bits).resized(bits)


def _product_of_24_bits(instruction: Instruction) -> Product:
    """Return mul24: 48-bit products of the low 24 bits; .lo keeps bits 31..0, .hi bits 47..16."""
    signed = is_signed(instruction.types[0])
    shift = 16 if "hi" in instruction.modifiers else 0

    def low_24_bits(a: Integers) -> Integers:
        aligned = a << 8
        return (aligned.arithmetic_shift(8) if signed else aligned >> 8).resized(64, signed=signed)

    return lambda a, b: ((low_24_bits(a) * low_24_bits(b)) >> shift).resized(32)


def _product(instruction: Instruction) -> Product:
    kind = instruction.types[0]
    if instruction.opcode.endswith("24"):
        return _product_of_24_bits(instruction)
    if "wide" in instruction.modifiers:
        return _wide(kind)
    return high_product(kind) if "hi" in instruction.modifiers else mul


def _multiply(instruction: Instruction) -> Emit:
    return lanewise(_product(instruction))


def _multiply_add(instruction: Instruction) -> Emit:
    product = _product(instruction)
    if "sat" in instruction.modifiers:
        return lanewise(lambda a, b, c: product(a, b).call("sadd.sat", c))
    return lanewise(lambda a, b, c: product(a, b) + c)


LOWERINGS: dict[str, Lowering] = {
    "mul": _multiply,
    "mad": _multiply_add,
    "mul24": _multiply,
    "mad24": _multiply_add,
}
