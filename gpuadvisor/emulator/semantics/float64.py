"""Double-precision arithmetic (PTX ISA 9.7.3): add, sub, mul, fma, mad, div, rcp, sqrt, rsqrt.

NumPy rounds to nearest; the exact error of its result decides the other directions. Lanes where that
error cannot be had without overflow or underflow are computed with fractions.
"""

import operator
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.approximate import gross_reciprocal, reciprocal_root64
from gpuadvisor.emulator.semantics.exact import repair
from gpuadvisor.emulator.semantics.floats import Compute, float64_operation, rounding_of
from gpuadvisor.emulator.semantics.fused import fma64
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.rounding import Doubles, nudge, signed_zero, two_product, two_sum

_LARGE = 2.0**990
_SMALL = 2.0**-900


def _repaired(
    result: Doubles,
    extremes: tuple[Doubles, ...],
    operands: tuple[Doubles, Doubles],
    exact: Callable[[Fraction, Fraction], Fraction],
    rounding: str,
) -> Doubles:
    """Repair the lanes where one of `extremes` is too large or too small for error-free arithmetic."""
    a, b = np.broadcast_arrays(*operands)
    hazardous = np.zeros(a.shape, np.bool_)
    for extreme in extremes:
        size = np.abs(extreme)
        hazardous |= (size > _LARGE) | (size < _SMALL)
    return repair(result, hazardous & np.isfinite(a) & np.isfinite(b), (a, b), exact, rounding)


def _add(a: Doubles, b: Doubles, rounding: str) -> Doubles:
    if rounding == "rn":
        return np.add(a, b)
    total, error = two_sum(a, b)
    result = signed_zero(nudge(total, error, rounding), rounding, a, b)
    largest = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1.0)
    return _repaired(result, (largest,), (a, b), operator.add, rounding)


def _subtract(a: Doubles, b: Doubles, rounding: str) -> Doubles:
    return np.subtract(a, b) if rounding == "rn" else _add(a, -b, rounding)


def _multiply(a: Doubles, b: Doubles, rounding: str) -> Doubles:
    if rounding == "rn":
        return np.multiply(a, b)
    product, error = two_product(a, b)
    result = np.where(np.isfinite(product), nudge(product, error, rounding), product)
    return _repaired(result, (a, b, product), (a, b), operator.mul, rounding)


def _divide(a: Doubles, b: Doubles, rounding: str) -> Doubles:
    nearest = a / b
    if rounding == "rn":
        return nearest
    product, error = two_product(nearest, b)
    remainder = (a - product) - error
    usable = np.isfinite(nearest) & np.isfinite(b)
    result = np.where(usable, nudge(nearest, remainder * np.sign(b), rounding), nearest)
    return _repaired(result, (a, np.where(b == 0, 1.0, b), nearest), (a, b), _quotient, rounding)


def _quotient(a: Fraction, b: Fraction) -> Fraction:
    """Return the quotient; zero, which leaves the result as it is, for a division by zero."""
    return a / b if b else Fraction(0)


def _reciprocal(a: Doubles, rounding: str) -> Doubles:
    return _divide(np.ones_like(a), a, rounding)


def _square_root(a: Doubles, rounding: str) -> Doubles:
    """Return the square root; operands are scaled by even powers of two for the error."""
    nearest = np.sqrt(a)
    if rounding == "rn":
        return nearest
    scale = np.where(a < _SMALL, 2.0**300, np.where(a > _LARGE, 2.0**-300, 1.0))
    product, error = two_product(nearest * scale, nearest * scale)
    return nudge(nearest, (a * scale * scale - product) - error, rounding)


def _builder(compute: Compute, arity: int) -> Builder:
    def build(instruction: Instruction) -> Operation:
        rounding = rounding_of(instruction)
        return float64_operation(instruction, arity, lambda *values: compute(*values, rounding))

    return build


_exact_reciprocal = _builder(_reciprocal, 1)


def _reciprocals(instruction: Instruction) -> Operation | None:
    return (
        gross_reciprocal(instruction) if "approx" in instruction.modifiers else _exact_reciprocal(instruction)
    )


BUILDERS: dict[str, Builder] = {
    "add": _builder(_add, 2),
    "sub": _builder(_subtract, 2),
    "mul": _builder(_multiply, 2),
    "fma": _builder(fma64, 3),
    "mad": _builder(fma64, 3),
    "div": _builder(_divide, 2),
    "rcp": _reciprocals,
    "sqrt": _builder(_square_root, 1),
    "rsqrt": reciprocal_root64,
}
