"""Floating-point formats of 8, 6 and 4 bits (PTX ISA 5.2.3; OCP OFP8 specification, 5; OCP MX, 5.3).

Those of 6 and 4 bits have no NaN: conversions make the largest number of it, as CUDA's headers cuda_fp6.hpp
and cuda_fp4.hpp do. ue8m0 is an exponent alone; the sign of what becomes one is lost (cuda_fp8.hpp).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.semantics.rounding import Doubles
from gpuadvisor.emulator.widths import Lanes


@dataclass(frozen=True, slots=True)
class SmallFloat:
    """One format: the value of each of its bit patterns."""

    table: Doubles
    largest: int
    """The largest finite value."""
    nan: int
    """What NaN becomes."""

    @property
    def sign(self) -> int:
        """The sign bit."""
        return len(self.table) // 2

    def decode(self, lanes: Lanes) -> Doubles:
        """Return the values of low bits; the upper bits of wider integers do not count."""
        values: Doubles = self.table[(lanes & lanes.dtype.type(len(self.table) - 1)).astype(np.uint8)]
        return values

    def encode(self, values: Doubles) -> NDArray[np.uint8]:
        """Round doubles to nearest even; what is too large becomes the largest (.satfinite), NaN the NaN."""
        finite = self.table[: self.largest + 1]
        magnitudes = np.minimum(np.abs(values), finite[-1])
        above = np.searchsorted(finite, magnitudes)
        above = np.minimum(above, self.largest)
        below = np.maximum(above - 1, 0)
        to_above, to_below = finite[above] - magnitudes, magnitudes - finite[below]
        down = (to_below < to_above) | ((to_below == to_above) & (below % 2 == 0))
        code = np.where(down, below, above) | np.where(np.signbit(values), self.sign, 0)
        return np.where(np.isnan(values), self.nan, code).astype(np.uint8)


def _finite(exponent_bits: int, mantissa_bits: int) -> Doubles:
    """Return the values of the codes without sign: exponent and mantissa."""
    bias = (1 << (exponent_bits - 1)) - 1
    codes = np.arange(1 << (exponent_bits + mantissa_bits))
    exponent, mantissa = codes >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    fraction = mantissa / (1 << mantissa_bits) + (exponent > 0)
    return np.asarray(np.ldexp(fraction, np.maximum(exponent, 1) - bias))


def _signed(positive: Doubles) -> Doubles:
    return np.concatenate([positive, -positive])


def _table(exponent_bits: int, *, infinities: bool) -> Doubles:
    """Return the value of every byte; the topmost codes are special."""
    mantissa_bits = 7 - exponent_bits
    positive = _finite(exponent_bits, mantissa_bits)
    codes = np.arange(positive.size)
    exponent, mantissa = codes >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    if infinities:
        special = exponent == (1 << exponent_bits) - 1
        positive = np.where(special, np.where(mantissa == 0, np.inf, np.nan), positive)
    else:
        positive[-1] = np.nan
    return _signed(positive)


@dataclass(frozen=True, slots=True)
class Exponent:
    """ue8m0: powers of two, rounded towards zero or, with `rounds_up`, up; what is too large becomes NaN."""

    rounds_up: bool
    saturates: bool
    """Whether what is too large becomes the largest power instead."""

    def decode(self, lanes: Lanes) -> Doubles:
        """Return the values of bytes."""
        code = (lanes & lanes.dtype.type(0xFF)).astype(np.int64)
        return np.where(code == _EXPONENT_NAN, np.nan, np.ldexp(1.0, code - _EXPONENT_BIAS))

    def encode(self, values: Doubles) -> NDArray[np.uint8]:
        """Return the exponents of doubles, whose signs do not count; zero becomes the smallest."""
        fraction, exponent = np.frexp(np.abs(values))
        power = exponent - 1 + (self.rounds_up & (fraction != 0.5))
        code = np.clip(power + _EXPONENT_BIAS, 0, _EXPONENT_NAN)
        code = np.where(values == 0, 0, np.where(np.isinf(values), _EXPONENT_NAN, code))
        if self.saturates:
            code = np.minimum(code, _EXPONENT_NAN - 1)
        return np.where(np.isnan(values), _EXPONENT_NAN, code).astype(np.uint8)


_EXPONENT_BIAS = 127
_EXPONENT_NAN = 0xFF
SMALL_FLOATS: dict[str, SmallFloat] = {
    "e4m3": SmallFloat(_table(4, infinities=False), 0x7E, 0x7F),
    "e5m2": SmallFloat(_table(5, infinities=True), 0x7B, 0x7F),
    "e2m3": SmallFloat(_signed(_finite(2, 3)), 0x1F, 0x1F),
    "e3m2": SmallFloat(_signed(_finite(3, 2)), 0x1F, 0x1F),
    "e2m1": SmallFloat(_signed(_finite(2, 1)), 0x7, 0x7),
}
