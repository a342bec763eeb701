"""Single-precision arithmetic with IEEE rounding: add, sub, mul, fma, mad, div, rcp, sqrt.

To nearest LLVM rounds; the other directions go through doubles, as in the interpreter.
"""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.floats import float32_emit, packed
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering
from gpuadvisor.emulator.native.lowering.rounding import nudge, round_to_odd, signed_zero, two_sum
from gpuadvisor.emulator.native.lowering.vectors import Floats, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import rounding_of

_FLUSHED_DIVISOR = 2.0**126


def _narrow(exact: Floats, rounding: str) -> Floats:
    nearest = exact.resized(32)
    return nudge(nearest, exact - nearest.resized(64), rounding)


def _sum(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return doubles of single or product precision added and rounded to single precision."""
    total, error = two_sum(a, b)
    return signed_zero(_narrow(round_to_odd(total, error), rounding), rounding, a, b)


def _add(a: Floats, b: Floats, rounding: str) -> Floats:
    return a + b if rounding == "rn" else _sum(a.resized(64), b.resized(64), rounding)


def _subtract(a: Floats, b: Floats, rounding: str) -> Floats:
    return a - b if rounding == "rn" else _add(a, -b, rounding)


def _multiply(a: Floats, b: Floats, rounding: str) -> Floats:
    return a * b if rounding == "rn" else _narrow(a.resized(64) * b.resized(64), rounding)


def _fused(a: Floats, b: Floats, c: Floats, rounding: str) -> Floats:
    if rounding == "rn":
        return a.fused(b, c)
    return _sum(a.resized(64) * b.resized(64), c.resized(64), rounding)


def _divide(a: Floats, b: Floats, rounding: str) -> Floats:
    """Return the quotient; its product with the divisor is exact in double precision."""
    nearest = a / b
    if rounding == "rn":
        return nearest
    divisor = b.resized(64)
    remainder = a.resized(64) - nearest.resized(64) * divisor
    return nudge(nearest, remainder.call("copysign", _sign_of(remainder, divisor)), rounding)


def _sign_of(a: Floats, b: Floats) -> Floats:
    """Return a number with the sign of a * b, which may underflow."""
    signs = a.as_integers() ^ b.as_integers()
    return signs.as_floats()


def _reciprocal(a: Floats, rounding: str) -> Floats:
    return _divide(a.number(1.0), a, rounding)


def _square_root(a: Floats, rounding: str) -> Floats:
    nearest = a.call("sqrt")
    if rounding == "rn":
        return nearest
    root = nearest.resized(64)
    return nudge(nearest, a.resized(64) - root * root, rounding)


def _lowering(compute: Callable[..., Floats]) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        rounding = rounding_of(instruction)
        emit = float32_emit(instruction, lambda *values: compute(*values, rounding))
        return packed(emit, 32) if instruction.types[0] == "f32x2" else emit

    return lower


def _approximate_division(a: Floats, b: Floats) -> Floats:
    """Return div.approx: a divisor beyond 2**126 gives zero, or NaN for an infinite dividend."""
    size = b.magnitude()
    beyond = size.compare(">", _FLUSHED_DIVISOR) & size.compare("<", float("inf"))
    return where(beyond, a * b.number(0.0).call("copysign", b), a / b)


_exact_division = _lowering(_divide)


def _division(instruction: Instruction) -> Emit | None:
    if "approx" in instruction.modifiers:
        return float32_emit(instruction, _approximate_division)
    return _exact_division(instruction)


LOWERINGS: dict[str, Lowering] = {
    "add": _lowering(_add),
    "sub": _lowering(_subtract),
    "mul": _lowering(_multiply),
    "fma": _lowering(_fused),
    "mad": _lowering(_fused),
    "div": _division,
    "rcp": _lowering(_reciprocal),
    "sqrt": _lowering(_square_root),
}
