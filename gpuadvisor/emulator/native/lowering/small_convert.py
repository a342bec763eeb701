"""cvt to and from pairs of 8-bit floats, e4m3x2 and e5m2x2 (OCP OFP8 specification, 5)."""

from dataclasses import dataclass

from gpuadvisor.emulator.native.lowering.formats import encode, values
from gpuadvisor.emulator.native.lowering.operation import Emit, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction

_NAN = 0x7F
_SINGLE_FRACTION, _SINGLE_BIAS = 23, 127
_HALF_FRACTION, _HALF_BIAS = 10, 15


@dataclass(frozen=True, slots=True)
class _Small:
    """One format of a sign, an exponent and `fraction` bits; what is too large becomes `largest`."""

    fraction: int
    bias: int
    largest: int

    def encode(self, numbers: Floats) -> Integers:
        """Round singles to nearest even; the low byte of each result holds the code."""
        bits = numbers.as_integers()
        magnitude = bits & 0x7FFFFFFF
        dropped = _SINGLE_FRACTION - self.fraction
        half = ((magnitude >> dropped) & 1) + ((1 << (dropped - 1)) - 1)
        normal = ((magnitude + half) >> dropped) - ((_SINGLE_BIAS - self.bias) << self.fraction)
        code = where(magnitude.compare("<", self._smallest_normal), self._subnormal(magnitude), normal)
        signed = code.minimum(self.largest) | ((bits >> 24) & 0x80)
        return where(numbers.is_nan(), _NAN, signed)

    @property
    def _smallest_normal(self) -> int:
        return (_SINGLE_BIAS + 1 - self.bias) << _SINGLE_FRACTION

    def _subnormal(self, magnitude: Integers) -> Integers:
        """Add the power of two whose unit is the smallest subnormal: the sum's last bits are the code."""
        unit = 2.0 ** (1 - self.bias - self.fraction + _SINGLE_FRACTION)
        total = magnitude.as_floats() + unit
        return total.as_integers() - total.number(unit).as_integers()

    def decode(self, codes: Integers) -> Floats:
        """Return the values of the low bytes as singles: halves with another bias."""
        code = codes & 0x7F
        size = (code << (_HALF_FRACTION - self.fraction)).resized(16)
        number = values(size | ((codes & 0x80) << 8).resized(16), "f16") * 2.0 ** (_HALF_BIAS - self.bias)
        return where(code.compare("==", _NAN), float("nan"), number)


SMALL = {"e4m3": _Small(3, 7, 0x7E), "e5m2": _Small(2, 15, 0x7B)}
_PAIRS = {f"{kind}x2": layout for kind, layout in SMALL.items()}


def lower_small(instruction: Instruction) -> Emit | None:
    """Lower the conversion, or return None; the first of two f32 sources goes to the upper byte."""
    target, source = instruction.types[:2]
    if target in _PAIRS:
        return _narrowing(instruction, _PAIRS[target], source)
    return _widening(instruction, target.removesuffix("x2"), _PAIRS[source]) if source in _PAIRS else None


def _rectified(numbers: Floats, instruction: Instruction) -> Floats:
    return where(numbers.compare("<=", 0.0), 0.0, numbers) if "relu" in instruction.modifiers else numbers


def _narrowing(instruction: Instruction, layout: _Small, source: str) -> Emit:
    def compute(*sources: Integers) -> Integers:
        if source == "f32":
            halves = [each.as_floats() for each in sources]
        else:
            parts = ((sources[0] >> 16).resized(16), sources[0].resized(16))
            halves = [values(part, source.removesuffix("x2")) for part in parts]
        high, low = (layout.encode(_rectified(half, instruction)).resized(16) for half in halves)
        return (high << 8) | low

    return lanewise(compute)


def _widening(instruction: Instruction, target: str, layout: _Small) -> Emit:
    def compute(pair: Integers) -> Integers:
        codes = (pair.resized(32) >> 8, pair.resized(32))
        high, low = (
            encode(_rectified(layout.decode(code), instruction), target).resized(32) for code in codes
        )
        return (high << 16) | low

    return lanewise(compute)
