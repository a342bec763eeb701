"""Floating point by its definition: exact fractions, rounded once to any format in any direction."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Exact = Fraction | float
"""A finite value as a fraction; infinities, NaN and zeros (which have signs) as floats."""


@dataclass(frozen=True)
class Binary:
    """A binary format: bits of precision with the hidden one, exponent range, storage bits."""

    precision: int
    lowest: int
    highest: int
    bits: int

    @property
    def fraction_bits(self) -> int:
        return self.precision - 1

    @property
    def infinity(self) -> int:
        return (1 << (self.bits - 1)) - (1 << self.fraction_bits)

    def decode(self, bits: int) -> Exact:
        """Return the value of a bit pattern."""
        negative, magnitude = bits >> (self.bits - 1), bits % (1 << (self.bits - 1))
        if magnitude > self.infinity:
            return math.nan
        if magnitude == self.infinity:
            return -math.inf if negative else math.inf
        if magnitude == 0:
            return -0.0 if negative else 0.0
        exponent, fraction = divmod(magnitude, 1 << self.fraction_bits)
        if exponent:
            fraction += 1 << self.fraction_bits
        value = Fraction(fraction) * Fraction(2) ** (max(exponent, 1) - 1 + self.lowest - self.fraction_bits)
        return -value if negative else value

    def encode(self, value: Exact, rounding: str = "rn") -> int:
        """Return the bits of a value rounded to nearest even (rn) or towards zero, down or up."""
        if isinstance(value, float):
            assert not math.isnan(value), "the caller knows its canonical NaN"
            sign = (math.copysign(1, value) < 0) << (self.bits - 1)
            return sign | (self.infinity if value else 0)
        if value == 0:
            return 0
        sign = (value < 0) << (self.bits - 1)
        return sign | self._magnitude(abs(value), value < 0, rounding)

    def _magnitude(self, size: Fraction, negative: bool, rounding: str) -> int:
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        exponent -= Fraction(2) ** exponent > size
        quantum = Fraction(2) ** (max(exponent, self.lowest) - self.fraction_bits)
        whole, rest = divmod(size, quantum)
        up = {
            "rn": 2 * rest > quantum or (2 * rest == quantum and whole % 2 == 1),
            "rz": False,
            "rm": rest > 0 and negative,
            "rp": rest > 0 and not negative,
        }[rounding]
        units = int((whole + up) * quantum / Fraction(2) ** (self.lowest - self.fraction_bits))
        overflows = {"rn": True, "rz": False, "rm": negative, "rp": not negative}[rounding]
        return self._pack(units, overflows)

    def _pack(self, units: int, overflows: bool) -> int:
        """Return the magnitude bits of `units` of the smallest subnormal."""
        exponent = max(0, units.bit_length() - self.precision)
        if exponent > self.highest - self.lowest:
            return self.infinity if overflows else self.infinity - 1
        fraction = units >> exponent
        return (exponent << self.fraction_bits) + fraction


FORMATS = {
    "f16": Binary(11, -14, 15, 16),
    "bf16": Binary(8, -126, 127, 16),
    "f32": Binary(24, -126, 127, 32),
    "f64": Binary(53, -1022, 1023, 64),
}
NAN = {"f16": 0x7FFF, "bf16": 0x7FFF, "f32": 0x7FFFFFFF}
"""Canonical NaN; f64 keeps payloads, so its NaN are compared as a class."""


def square_root(value: Fraction) -> Fraction:
    """Return a root that rounds as the exact one: truncated far behind every format, with a sticky bit."""
    scaled = value * Fraction(4) ** 1200
    root = math.isqrt(int(scaled))
    inexact = root * root != scaled
    return Fraction(2 * root + inexact, 2) / Fraction(2) ** 1200


def patterns(kind: str, seed: int, count: int = 320) -> NDArray[np.uint64]:
    """Return rows of bit patterns: edges, small integers, random bits, and exponents close together."""
    layout = FORMATS[kind]
    random = np.random.default_rng(seed)
    one = layout.encode(Fraction(1))
    unit = 1 << layout.fraction_bits
    magnitudes = [0, 1, 2, unit - 1, unit, unit + 1, one, one + 1, one - 1, one + unit // 2, one + unit]
    magnitudes += [layout.infinity - 1, layout.infinity - 2, layout.infinity, layout.infinity + unit // 2]
    magnitudes += [layout.encode(Fraction(n)) for n in (3, 5, 7, 10, 100)]
    edges = np.array([m | s << (layout.bits - 1) for m in magnitudes for s in (0, 1)], np.uint64)
    near = (one + random.integers(-12, 12, count) * unit + random.integers(0, unit, count)).astype(np.uint64)
    near |= random.integers(0, 2, count, dtype=np.uint64) << np.uint64(layout.bits - 1)
    anything = random.integers(0, 2**64, count, dtype=np.uint64) >> np.uint64(64 - layout.bits)
    choice = random.random(count)
    mixed = np.where(choice < 0.4, near, np.where(choice < 0.7, anything, random.choice(edges, count)))
    return mixed.reshape(-1, 32)
