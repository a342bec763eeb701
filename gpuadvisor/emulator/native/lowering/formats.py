"""The floating-point formats: registers to doubles, which is exact, and doubles rounded to registers."""

from gpuadvisor.emulator.native.lowering.rounding import nudge, round_to_odd
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.semantics.formats import FORMATS

_BFLOAT_SHIFT = 16


def values(lanes: Integers, kind: str) -> Floats:
    """Return the values of registers: single precision for the halves, else the type itself."""
    if kind == "bf16":
        return (lanes.resized(32) << _BFLOAT_SHIFT).as_floats()
    return lanes.as_floats().resized(32) if kind == "f16" else lanes.as_floats()


def is_nan(lanes: Integers, kind: str) -> Integers:
    """Return which registers hold NaN."""
    layout = FORMATS[kind]
    return (lanes & (layout.sign - 1)).compare(">", layout.largest + 1)


def encode(numbers: Floats, kind: str, rounding: str = "rn") -> Integers:
    """Return singles or doubles rounded (rn, rz, rm, rp) to registers, every NaN the canonical one."""
    if kind == "bf16":
        rounded = _round_bfloat(numbers, rounding)
    elif kind == "f16":
        rounded = _round_half(numbers, rounding)
    else:
        nearest = numbers.resized(FORMATS[kind].bits)
        rounded = _directed(numbers, nearest, rounding).as_integers()
    return where(numbers.is_nan(), FORMATS[kind].nan, rounded)


def _directed(numbers: Floats, nearest: Floats, rounding: str) -> Floats:
    if rounding == "rn" or nearest.bits >= numbers.bits:
        return nearest
    return nudge(nearest, numbers - nearest.resized(numbers.bits), rounding)


def _odd_single(numbers: Floats) -> Floats:
    """Return numbers rounded to odd in single precision, so that rounding once more is as good as once."""
    if numbers.bits == 32:
        return numbers
    nearest = numbers.resized(32)
    return round_to_odd(nearest, numbers - nearest.resized(64))


def _round_half(numbers: Floats, rounding: str) -> Integers:
    nearest = _odd_single(numbers).resized(16)
    if rounding == "rn":
        return nearest.as_integers()
    error = numbers - nearest.resized(32).resized(numbers.bits)
    return nudge(nearest, error, rounding).as_integers()


def _round_bfloat(numbers: Floats, rounding: str) -> Integers:
    bits = _odd_single(numbers).as_integers()
    if rounding == "rn":
        half = ((bits >> _BFLOAT_SHIFT) & 1) + 0x7FFF
    elif rounding == "rz":
        half = bits.number(0)
    else:
        sign = bits.arithmetic_shift(31)
        half = (sign if rounding == "rm" else ~sign) & 0xFFFF
    return ((bits + half) >> _BFLOAT_SHIFT).resized(16)
