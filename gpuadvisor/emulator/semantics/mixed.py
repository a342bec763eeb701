"""Mixed precision (PTX ISA 9.7.5): add, sub and fma of f16 or bf16 with an f32 addend and result."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics import float32
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.widths import Lanes


def is_mixed(instruction: Instruction) -> bool:
    """Return whether the instruction works on f32 and a narrower type."""
    return instruction.types in (("f32", "f16"), ("f32", "bf16"))


def _build(instruction: Instruction) -> Operation | None:
    narrow = instruction.types[1]
    single = float32.BUILDERS[instruction.opcode](replace(instruction, types=("f32",)))
    if single is None:
        return None
    layout, function = FORMATS[narrow], single.function

    def widened(sources: Sequence[Lanes], active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        wide = [layout.values(source).astype(np.float32).view(np.uint32) for source in sources[:-1]]
        return function([*wide, sources[-1]], active)

    count = len(single.source_types)
    return Operation((narrow,) * (count - 1) + ("f32",), ("f32",), widened)


BUILDERS: dict[str, Builder] = dict.fromkeys(("add", "sub", "fma"), _build)
