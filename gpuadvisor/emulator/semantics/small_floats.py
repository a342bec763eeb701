"""The 8-bit floating-point formats e4m3 and e5m2 (PTX ISA 5.2.3; OCP OFP8 specification, 5)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.semantics.rounding import Doubles
from gpuadvisor.emulator.widths import Lanes

_SIGN = 0x80


@dataclass(frozen=True, slots=True)
class SmallFloat:
    """One format: the value of each of the 256 bit patterns."""

    table: Doubles
    largest: int
    """The largest finite value."""
    nan: int

    def decode(self, lanes: Lanes) -> Doubles:
        """Return the values of bytes; the upper bits of wider integers do not count."""
        return self.table[lanes.astype(np.uint8)]

    def encode(self, values: Doubles) -> NDArray[np.uint8]:
        """Round doubles to nearest even; what is too large becomes the largest (.satfinite), NaN the NaN."""
        finite = self.table[: self.largest + 1]
        magnitudes = np.minimum(np.abs(values), finite[-1])
        above = np.searchsorted(finite, magnitudes)
        above = np.minimum(above, self.largest)
        below = np.maximum(above - 1, 0)
        to_above, to_below = finite[above] - magnitudes, magnitudes - finite[below]
        down = (to_below < to_above) | ((to_below == to_above) & (below % 2 == 0))
        code = np.where(down, below, above) | np.where(np.signbit(values), _SIGN, 0)
        return np.where(np.isnan(values), self.nan, code).astype(np.uint8)


def _table(exponent_bits: int, *, infinities: bool) -> Doubles:
    """Return the value of every byte: sign, exponent, mantissa; the topmost codes are special."""
    mantissa_bits = 7 - exponent_bits
    bias = (1 << (exponent_bits - 1)) - 1
    codes = np.arange(_SIGN)
    exponent, mantissa = codes >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    fraction = mantissa / (1 << mantissa_bits) + (exponent > 0)
    positive = np.ldexp(fraction, np.maximum(exponent, 1) - bias)
    if infinities:
        special = exponent == (1 << exponent_bits) - 1
        positive = np.where(special, np.where(mantissa == 0, np.inf, np.nan), positive)
    else:
        positive[-1] = np.nan
    return np.concatenate([positive, -positive])


SMALL_FLOATS: dict[str, SmallFloat] = {
    "e4m3": SmallFloat(_table(4, infinities=False), 0x7E, 0x7F),
    "e5m2": SmallFloat(_table(5, infinities=True), 0x7B, 0x7F),
}
