"""cvt to and from pairs of 8-bit floats (PTX ISA 9.7.9.21): e4m3x2 and e5m2x2."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.operation import Operation
from gpuadvisor.emulator.semantics.rounding import Doubles
from gpuadvisor.emulator.semantics.small_floats import SMALL_FLOATS
from gpuadvisor.emulator.widths import Lanes

_PAIRS = {f"{kind}x2": layout for kind, layout in SMALL_FLOATS.items()}
_HALF_PAIRS = {"f16x2": FORMATS["f16"], "bf16x2": FORMATS["bf16"]}


def is_small(instruction: Instruction) -> bool:
    """Return whether the instruction converts to or from pairs of 8-bit floats."""
    return not _PAIRS.keys().isdisjoint(instruction.types)


def convert_small(instruction: Instruction) -> Operation | None:
    """Build the conversion; the first of two f32 sources goes to the upper byte."""
    target, source = instruction.types[:2]
    if target in _PAIRS and (source == "f32" or source in _HALF_PAIRS):
        return _narrowing(instruction, target, source)
    if source in _PAIRS and target in _HALF_PAIRS:
        return _widening(instruction, target, source)
    return None


def _relu(values: Doubles, instruction: Instruction) -> Doubles:
    return np.where(values <= 0, 0.0, values) if "relu" in instruction.modifiers else values


def _narrowing(instruction: Instruction, target: str, source: str) -> Operation:
    layout = _PAIRS[target]

    def halves(sources: Sequence[Lanes]) -> list[Doubles]:
        if source == "f32":
            return [FORMATS["f32"].doubles(each) for each in sources]
        (pair,) = sources
        parts = ((pair >> np.uint32(16)).astype(np.uint16), pair.astype(np.uint16))
        return [_HALF_PAIRS[source].doubles(part) for part in parts]

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        with np.errstate(all="ignore"):
            high, low = (layout.encode(_relu(values, instruction)) for values in halves(sources))
        return ((high.astype(np.uint16) << np.uint16(8)) | low,)

    return Operation((source,) * (2 if source == "f32" else 1), (target,), function)


def _widening(instruction: Instruction, target: str, source: str) -> Operation:
    layout, wide = _PAIRS[source], _HALF_PAIRS[target]

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        (pair,) = sources
        with np.errstate(all="ignore"):
            high, low = (
                wide.encode(_relu(layout.decode(part), instruction)).astype(np.uint32)
                for part in (pair >> np.uint16(8), pair)
            )
        return ((high << np.uint32(16)) | low,)

    return Operation((source,), (target,), function)
