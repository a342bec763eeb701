"""st.async and red.async (PTX ISA 9.7.9.12, 9.7.13.8): done when issued, their bytes known to an mbarrier."""

import numpy as np
from msgspec.structs import replace

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilder
from gpuadvisor.emulator.instructions.mbarrier import named_barrier
from gpuadvisor.emulator.instructions.phases import Change
from gpuadvisor.emulator.program import Instruction, Vector
from gpuadvisor.emulator.widths import TYPE_BYTES

_COMPLETES = "mbarrier::complete_tx::bytes"


def bind_asynchronous(instruction: Instruction, binding: Binding, build: StepBuilder) -> Step:
    """Bind a store or reduction as `build` binds it without `.async`, and the mbarrier it names last."""
    modifiers = tuple(word for word in instruction.modifiers if word not in ("async", _COMPLETES))
    if _COMPLETES not in instruction.modifiers:
        return build(replace(instruction, modifiers=modifiers), binding)
    *operands, named = instruction.operands
    access = build(replace(instruction, modifiers=modifiers, operands=tuple(operands)), binding)
    barrier = named_barrier(named, modifiers, binding)
    value = operands[1]
    elements = len(value.elements) if isinstance(value, Vector) else 1
    size_bytes = TYPE_BYTES[instruction.types[-1]] * elements

    def step(batch: Batch, active: Active) -> None:
        access(batch, active)
        none = np.zeros(active.count, np.int64)
        barrier.change(batch, active, Change(none, none - size_bytes, none))

    return step
