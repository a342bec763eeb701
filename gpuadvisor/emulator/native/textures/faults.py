"""What an instruction refuses of textures and surfaces: the interpreter executes it again for one thread."""

from collections.abc import Sequence

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch, Grid
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions import surfaces, texture_queries, textures
from gpuadvisor.emulator.instructions.binding import Binding
from gpuadvisor.emulator.instructions.images import geometry_of, split_at_address
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Instruction, Operand, Register, Vector
from gpuadvisor.emulator.registers import allocate_registers

_BUILDERS = {**textures.BUILDERS, **texture_queries.BUILDERS, **surfaces.BUILDERS}


def refusal(
    function: Function,
    instruction: Instruction,
    layout: Layout,
    memory: GlobalMemory,
    grid: Grid,
    words: Sequence[int],
) -> str:
    """Return what is wrong with an access; `words` are the handle, the layer and the other coordinates."""
    registers = allocate_registers(function, layout)
    recorder = Recorder(function, grid.launch, 1, 1)
    batch = Batch(grid, [0], layout, registers.dtypes, memory, recorder, bytes(layout.parameter_bytes))
    for operand, value in zip(_named(instruction), words, strict=False):
        if isinstance(operand, Register) and operand.name in registers.slots:
            slot = registers.slots[operand.name]
            batch.registers[slot] = np.full(batch.shape, value, registers.dtypes[slot])
    alone = np.zeros(batch.shape, np.bool_)
    alone[0, 0] = True
    binding = Binding(Linked(function, (), {}, {}, {}), registers, frozenset(), {})
    try:
        with np.errstate(all="ignore"):
            _BUILDERS[instruction.opcode](instruction, binding)(batch, Active(alone))
    except ThreadFault as fault:
        return fault.what
    raise AssertionError("native code refused an access that the interpreter allows")


def _named(instruction: Instruction) -> list[Operand]:
    """Return the operands whose values native code notes; None where there is none."""
    _, address, behind = split_at_address(instruction.operands)
    if not behind:
        return [address.base]
    place, geometry = behind[0], geometry_of(instruction)
    elements = place.elements if isinstance(place, Vector) else (place,)
    named = elements[: geometry.layered + geometry.dimensions]
    return [address.base, *(named if geometry.layered else (None, *named))]
