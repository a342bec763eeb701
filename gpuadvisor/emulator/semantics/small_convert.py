"""cvt to and from pairs of floats of 8, 6 and 4 bits (PTX ISA 9.7.9.21)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.operation import Operation
from gpuadvisor.emulator.semantics.rounding import Doubles
from gpuadvisor.emulator.semantics.small_floats import SMALL_FLOATS, Exponent, SmallFloat
from gpuadvisor.emulator.semantics.types import UNSIGNED, width
from gpuadvisor.emulator.widths import Lanes

_PAIRS = frozenset(f"{kind}x2" for kind in (*SMALL_FLOATS, "ue8m0"))
_HALF_PAIRS = {"f16x2": FORMATS["f16"], "bf16x2": FORMATS["bf16"]}


def is_small(instruction: Instruction) -> bool:
    """Return whether the instruction converts to or from pairs of small floats."""
    return not _PAIRS.isdisjoint(instruction.types)


def stored_bits(pair: str) -> int:
    """Return how far apart the two numbers of a pair lie."""
    return 4 if pair == "e2m1x2" else 8


def _layout(pair: str, instruction: Instruction) -> SmallFloat | Exponent:
    if pair == "ue8m0x2":
        return Exponent("rp" in instruction.modifiers, "satfinite" in instruction.modifiers)
    return SMALL_FLOATS[pair.removesuffix("x2")]


def convert_small(instruction: Instruction) -> Operation | None:
    """Build the conversion; the first of two f32 sources goes to the upper part."""
    target, source = instruction.types[:2]
    if target in _PAIRS and (source == "f32" or source in _HALF_PAIRS):
        return _narrowing(instruction, target, source)
    if source in _PAIRS and target in _HALF_PAIRS:
        return _widening(instruction, target, source)
    return None


def _relu(values: Doubles, instruction: Instruction) -> Doubles:
    return np.where(values <= 0, 0.0, values) if "relu" in instruction.modifiers else values


def _narrowing(instruction: Instruction, target: str, source: str) -> Operation:
    layout, result = _layout(target, instruction), UNSIGNED[width(target)]
    shift = result(stored_bits(target))

    def halves(sources: Sequence[Lanes]) -> list[Doubles]:
        if source == "f32":
            return [FORMATS["f32"].doubles(each) for each in sources]
        (pair,) = sources
        parts = ((pair >> np.uint32(16)).astype(np.uint16), pair.astype(np.uint16))
        return [_HALF_PAIRS[source].doubles(part) for part in parts]

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        with np.errstate(all="ignore"):
            high, low = (layout.encode(_relu(values, instruction)) for values in halves(sources))
        return ((high.astype(result) << shift) | low.astype(result),)

    return Operation((source,) * (2 if source == "f32" else 1), (target,), function)


def _widening(instruction: Instruction, target: str, source: str) -> Operation:
    layout, wide = _layout(source, instruction), _HALF_PAIRS[target]
    shift = UNSIGNED[width(source)](stored_bits(source))

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        (pair,) = sources
        with np.errstate(all="ignore"):
            high, low = (
                wide.encode(_relu(layout.decode(part), instruction)).astype(np.uint32)
                for part in (pair >> shift, pair)
            )
        return ((high << np.uint32(16)) | low,)

    return Operation((source,), (target,), function)
