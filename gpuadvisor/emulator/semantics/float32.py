"""Single-precision arithmetic with IEEE rounding (PTX ISA 9.7.3): add, sub, mul, fma, mad, div, rcp, sqrt."""

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.approximate import approximate_division
from gpuadvisor.emulator.semantics.floats import Compute, float32_operation, packed, rounding_of
from gpuadvisor.emulator.semantics.fused import fma32
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.rounding import (
    Floats,
    narrow,
    nudge,
    round_to_odd,
    signed_zero,
    two_sum,
)


def _add(a: Floats, b: Floats, rounding: str) -> Floats:
    if rounding == "rn":
        return np.add(a, b)
    total, error = two_sum(a.astype(np.float64), b.astype(np.float64))
    return signed_zero(narrow(round_to_odd(total, error), np.float32, rounding), rounding, a, b)


def _subtract(a: Floats, b: Floats, rounding: str) -> Floats:
    return np.subtract(a, b) if rounding == "rn" else _add(a, -b, rounding)


def _multiply(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the product; in double precision it is exact."""
    return np.multiply(a, b) if rounding == "rn" else narrow(a.astype(np.float64) * b, np.float32, rounding)


def _divide(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the quotient; its product with the divisor is exact in double precision."""
    nearest = a / b
    if rounding == "rn":
        return nearest
    remainder = a - nearest.astype(np.float64) * b
    return nudge(nearest, remainder * np.sign(b), rounding)


def _reciprocal(a: Floats, rounding: str) -> Floats:
    return _divide(np.ones_like(a), a, rounding)


def _square_root(a: Floats, rounding: str) -> Floats:
    nearest = np.sqrt(a)
    return nudge(nearest, a - nearest.astype(np.float64) ** 2, rounding)


def _builder(compute: Compute, arity: int) -> Builder:
    def build(instruction: Instruction) -> Operation:
        rounding = rounding_of(instruction)
        operation = float32_operation(instruction, arity, lambda *values: compute(*values, rounding))
        kind = instruction.types[0]
        return packed(operation, kind) if kind == "f32x2" else operation

    return build


_exact_division = _builder(_divide, 2)


def _division(instruction: Instruction) -> Operation | None:
    """Build div; .full is rounded correctly, which is within its 2 ulp (9.7.3.8)."""
    if "approx" in instruction.modifiers:
        return float32_operation(instruction, 2, approximate_division)
    return _exact_division(instruction)


BUILDERS: dict[str, Builder] = {
    "add": _builder(_add, 2),
    "sub": _builder(_subtract, 2),
    "mul": _builder(_multiply, 2),
    "fma": _builder(fma32, 3),
    "mad": _builder(fma32, 3),
    "div": _division,
    "rcp": _builder(_reciprocal, 1),
    "sqrt": _builder(_square_root, 1),
}
"""rcp.approx and sqrt.approx are rounded correctly too, within their bounds (9.7.3.13, 9.7.3.15)."""
