"""cvt to and from pairs of floats of 8, 6 and 4 bits (see `semantics.small_floats`)."""

from dataclasses import dataclass

from gpuadvisor.emulator.native.lowering.formats import encode, values
from gpuadvisor.emulator.native.lowering.operation import Emit, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.small_convert import stored_bits
from gpuadvisor.emulator.semantics.types import width

_SINGLE_FRACTION, _SINGLE_BIAS = 23, 127
_SINGLE_INFINITY = 0xFF << _SINGLE_FRACTION
_HALF_FRACTION, _HALF_BIAS = 10, 15
_EXPONENT_NAN = 0xFF


@dataclass(frozen=True, slots=True)
class _Small:
    """One format of a sign, an exponent and `fraction` bits; what is too large becomes `largest`."""

    fraction: int
    bias: int
    largest: int
    sign: int = 0x80
    nan: int = 0x7F
    has_nan: bool = True

    def encode(self, numbers: Floats) -> Integers:
        """Round singles to nearest even; the low byte of each result holds the code."""
        bits = numbers.as_integers()
        magnitude = bits & 0x7FFFFFFF
        dropped = _SINGLE_FRACTION - self.fraction
        half = ((magnitude >> dropped) & 1) + ((1 << (dropped - 1)) - 1)
        normal = ((magnitude + half) >> dropped) - ((_SINGLE_BIAS - self.bias) << self.fraction)
        code = where(magnitude.compare("<", self._smallest_normal), self._subnormal(magnitude), normal)
        signed = code.minimum(self.largest) | ((bits >> 31) * self.sign)
        return where(numbers.is_nan(), self.nan, signed)

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
        code = codes & (self.sign - 1)
        size = (code << (_HALF_FRACTION - self.fraction)).resized(16)
        sign = ((codes & self.sign) * (0x8000 // self.sign)).resized(16)
        number = values(size | sign, "f16") * 2.0 ** (_HALF_BIAS - self.bias)
        return where(code.compare("==", self.nan), float("nan"), number) if self.has_nan else number


@dataclass(frozen=True, slots=True)
class _Exponent:
    """ue8m0: the exponents of singles without their signs."""

    rounds_up: bool
    saturates: bool

    def encode(self, numbers: Floats) -> Integers:
        """Return the exponents of singles; of zero and what is smaller than all, 0."""
        size = numbers.as_integers() & 0x7FFFFFFF
        code = size >> _SINGLE_FRACTION
        if self.rounds_up:
            fraction = (size & ((1 << _SINGLE_FRACTION) - 1)).compare("!=", 0)
            above = size.compare(">", 1 << (_SINGLE_FRACTION - 1)) & size.compare("<", _SINGLE_INFINITY)
            code = code + (fraction & above).resized(32)
        if self.saturates:
            code = code.minimum(_EXPONENT_NAN - 1)
        return where(numbers.is_nan(), _EXPONENT_NAN, code)

    def decode(self, codes: Integers) -> Floats:
        """Return powers of two; the smallest is subnormal."""
        code = codes & 0xFF
        bits = where(code.compare("==", 0), 1 << (_SINGLE_FRACTION - 1), code << _SINGLE_FRACTION)
        return where(code.compare("==", _EXPONENT_NAN), float("nan"), bits.as_floats())


SMALL = {"e4m3": _Small(3, 7, 0x7E), "e5m2": _Small(2, 15, 0x7B)}
_SMALLER = {
    "e2m3": _Small(3, 1, 0x1F, 0x20, 0x1F, has_nan=False),
    "e3m2": _Small(2, 3, 0x1F, 0x20, 0x1F, has_nan=False),
    "e2m1": _Small(1, 1, 0x7, 0x8, 0x7, has_nan=False),
}
_PAIRS = {f"{kind}x2": layout for kind, layout in (SMALL | _SMALLER).items()}


def lower_small(instruction: Instruction) -> Emit | None:
    """Lower the conversion; the first of two f32 sources goes to the upper part."""
    target, source = instruction.types[:2]
    exponent = _Exponent("rp" in instruction.modifiers, "satfinite" in instruction.modifiers)
    pairs: dict[str, _Small | _Exponent] = {**_PAIRS, "ue8m0x2": exponent}
    if target in pairs:
        return _narrowing(instruction, pairs[target])
    return _widening(instruction, pairs[source]) if source in pairs else None


def _rectified(numbers: Floats, instruction: Instruction) -> Floats:
    return where(numbers.compare("<=", 0.0), 0.0, numbers) if "relu" in instruction.modifiers else numbers


def _narrowing(instruction: Instruction, layout: _Small | _Exponent) -> Emit:
    target, source = instruction.types[:2]
    shift = stored_bits(target)

    def compute(*sources: Integers) -> Integers:
        if source == "f32":
            halves = [each.as_floats() for each in sources]
        else:
            parts = ((sources[0] >> 16).resized(16), sources[0].resized(16))
            halves = [values(part, source.removesuffix("x2")) for part in parts]
        high, low = (layout.encode(_rectified(half, instruction)).resized(16) for half in halves)
        return ((high << shift) | low).resized(width(target))

    return lanewise(compute)


def _widening(instruction: Instruction, layout: _Small | _Exponent) -> Emit:
    target, shift = instruction.types[0].removesuffix("x2"), stored_bits(instruction.types[1])

    def compute(pair: Integers) -> Integers:
        codes = (pair.resized(32) >> shift, pair.resized(32))
        high, low = (
            encode(_rectified(layout.decode(code), instruction), target).resized(32) for code in codes
        )
        return (high << 16) | low

    return lanewise(compute)
