"""Double-precision arithmetic: add, sub, mul, fma, mad, div, rcp, sqrt, rsqrt.

To nearest LLVM rounds; in the other directions the sign of the exact error decides, from operands
scaled so that the error neither overflows nor underflows. Where finite operands overflow, it comes out
infinite, of the sign that it has; where operands are infinite or zero, NaN, which changes nothing.
"""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.approximate import gross_reciprocal, reciprocal_root64
from gpuadvisor.emulator.native.lowering.floats import float64_emit
from gpuadvisor.emulator.native.lowering.fused64 import fused
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.rounding import nudge, signed_zero
from gpuadvisor.emulator.native.lowering.vectors import Floats, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import rounding_of

_SMALL_PRODUCT = 2.0**-900
_MIDDLE = 2.0**300


def _add(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the sum; its error is that of Fast2Sum, which no intermediate overflow spoils."""
    total = a + b
    if rounding == "rn":
        return total
    ordered = a.magnitude().compare(">=", b.magnitude())
    large, small = where(ordered, a, b), where(ordered, b, a)
    error = small - (total - large)
    return signed_zero(nudge(total, error, rounding), rounding, a, b)


def _subtract(a: Floats, b: Floats, rounding: str) -> Floats:
    return a - b if rounding == "rn" else _add(a, -b, rounding)


def _multiply(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the product; if it is small, so are the operands, and 2**600 makes the error visible."""
    product = a * b
    if rounding == "rn":
        return product
    scale = where(product.magnitude().compare("<", _SMALL_PRODUCT), 2.0**600, product.number(1.0))
    error = (a * scale).fused(b * scale, -(product * scale * scale))
    return nudge(product, error, rounding)


def _root_of_scale(a: Floats) -> Floats:
    """Return the power of two whose square brings a near the middle of the range."""
    size = a.magnitude()
    up = where(size.compare("<", 1.0 / _MIDDLE), _MIDDLE, size.number(1.0))
    return where(size.compare(">", _MIDDLE), 1.0 / _MIDDLE, up)


def _divide(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the quotient; the remainder is computed near the middle of the range, where it is exact."""
    nearest = a / b
    if rounding == "rn":
        return nearest
    a_root, b_root = _root_of_scale(a), _root_of_scale(b)
    ratio = a_root / b_root
    divisor = b * b_root * b_root
    remainder = (-(nearest * ratio * ratio)).fused(divisor, a * a_root * a_root)
    error = where(b.compare("<", 0.0), -remainder, remainder)
    return nudge(nearest, error, rounding)


def _reciprocal(a: Floats, rounding: str) -> Floats:
    return _divide(a.number(1.0), a, rounding)


def _square_root(a: Floats, rounding: str) -> Floats:
    nearest = a.call("sqrt")
    if rounding == "rn":
        return nearest
    scale = where(a.compare("<", _SMALL_PRODUCT), _MIDDLE, a.number(1.0))
    root = nearest * scale
    return nudge(nearest, (-root).fused(root, a * scale * scale), rounding)


def _lowering(compute: Callable[..., Floats]) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        rounding = rounding_of(instruction)
        return float64_emit(instruction, lambda *values: compute(*values, rounding))

    return lower


_exact_reciprocal = _lowering(_reciprocal)


def _reciprocals(instruction: Instruction) -> Emit | None:
    approximate = "approx" in instruction.modifiers
    return gross_reciprocal(instruction) if approximate else _exact_reciprocal(instruction)


LOWERINGS: dict[str, Lowering] = {
    "add": _lowering(_add),
    "sub": _lowering(_subtract),
    "mul": _lowering(_multiply),
    "fma": _lowering(fused),
    "mad": _lowering(fused),
    "div": _lowering(_divide),
    "rcp": _reciprocals,
    "sqrt": _lowering(_square_root),
    "rsqrt": reciprocal_root64,
}
