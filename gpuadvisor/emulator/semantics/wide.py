"""Integer products (PTX ISA 9.7.1): mul and mad with .lo, .hi and .wide, mul24 and mad24."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.integer import saturate_int32
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.semantics.types import SIGNED, UNSIGNED, as_bits, as_integers, width
from gpuadvisor.emulator.widths import Lanes, is_signed

Product = Callable[[Lanes, Lanes], Lanes]
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def _high_unsigned64(a: Lanes, b: Lanes) -> Lanes:
    """Return bits 127..64 of unsigned 64-bit products, from four 32-bit ones."""
    a_low, a_high, b_low, b_high = a & _LOW_HALF, a >> _HALF, b & _LOW_HALF, b >> _HALF
    middle = a_high * b_low + ((a_low * b_low) >> _HALF)
    carry = a_low * b_high + (middle & _LOW_HALF)
    return np.asarray(a_high * b_high + (middle >> _HALF) + (carry >> _HALF))


def _high_signed64(a: Lanes, b: Lanes) -> Lanes:
    zero = np.uint64(0)
    high = _high_unsigned64(a, b)
    high = high - np.where(a.view(np.int64) < 0, b, zero)
    return np.asarray(high - np.where(b.view(np.int64) < 0, a, zero))


def wide_product(kind: str) -> Product:
    """Return the product of twice the width of `kind` (16 or 32 bits)."""
    bits = width(kind)
    double: type[Any] = (SIGNED if is_signed(kind) else UNSIGNED)[2 * bits]

    def compute(a: Lanes, b: Lanes) -> Lanes:
        return as_bits(np.multiply(as_integers(a, kind), as_integers(b, kind), dtype=double))

    return compute


def high_product(kind: str) -> Product:
    """Return the upper half of the product."""
    bits = width(kind)
    if bits == 64:
        return _high_signed64 if is_signed(kind) else _high_unsigned64
    wide, shift, narrow = wide_product(kind), UNSIGNED[2 * bits](bits), UNSIGNED[bits]
    return lambda a, b: (wide(a, b) >> shift).astype(narrow)


def _product_of_24_bits(instruction: Instruction) -> Product:
    """Return mul24: 48-bit products of the low 24 bits; .lo keeps bits 31..0, .hi bits 47..16."""
    kind = instruction.types[0]
    integers: type[Any] = np.int32 if is_signed(kind) else np.uint32
    shift = 16 if "hi" in instruction.modifiers else 0

    def low_24_bits(lanes: Lanes) -> Lanes:
        return np.asarray((lanes << np.uint32(8)).view(integers) >> integers(8)).astype(np.int64)

    return lambda a, b: ((low_24_bits(a) * low_24_bits(b)) >> shift).astype(np.uint32)


def _product(instruction: Instruction) -> tuple[Product, str]:
    kind = instruction.types[0]
    if instruction.opcode.endswith("24"):
        return _product_of_24_bits(instruction), kind
    if "wide" in instruction.modifiers:
        return wide_product(kind), f"{kind[0]}{2 * width(kind)}"
    if "hi" in instruction.modifiers:
        return high_product(kind), kind
    return np.multiply, kind


def _multiply(instruction: Instruction) -> Operation:
    product, result = _product(instruction)
    kind = instruction.types[0]
    return lanewise((kind, kind), result, product)


def _multiply_add(instruction: Instruction) -> Operation:
    product, result = _product(instruction)
    kind = instruction.types[0]
    saturate = "sat" in instruction.modifiers

    def compute(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        if saturate:
            return saturate_int32(product(a, b).view(np.int32).astype(np.int64) + c.view(np.int32))
        return np.add(product(a, b), c)

    return lanewise((kind, kind, result), result, compute)


BUILDERS: dict[str, Builder] = {
    "mul": _multiply,
    "mad": _multiply_add,
    "mul24": _multiply,
    "mad24": _multiply_add,
}
