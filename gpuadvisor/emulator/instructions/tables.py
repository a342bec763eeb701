"""Every instruction that the executor carries out itself, by area."""

from gpuadvisor.emulator.instructions import (
    atomics,
    bulk,
    calls,
    clusters,
    control,
    copies,
    ldmatrix,
    loads,
    matrix,
    mbarrier,
    moves,
    stack,
    surfaces,
    synchronisation,
    texture_queries,
    textures,
    uncounted,
)
from gpuadvisor.emulator.instructions.binding import ControlBuilders, StepBuilders

STEP_AREAS: dict[str, StepBuilders] = {
    "Loads and stores": loads.BUILDERS,
    "Atomics and reductions": atomics.BUILDERS,
    "Moves and addresses": moves.BUILDERS,
    "Fences, hints and waits without effect": copies.BUILDERS,
    "Asynchronous copies": bulk.BUILDERS,
    "Barriers in shared memory": mbarrier.BUILDERS,
    "Clusters": clusters.BUILDERS,
    "Matrices": {**ldmatrix.BUILDERS, **matrix.BUILDERS},
    "Textures and surfaces": {**textures.BUILDERS, **surfaces.BUILDERS, **texture_queries.BUILDERS},
    "Stack": stack.BUILDERS,
    "Counted only": uncounted.BUILDERS,
}
CONTROL_AREAS: dict[str, ControlBuilders] = {
    "Control flow": {**control.BUILDERS, **calls.BUILDERS},
    "Barriers": synchronisation.BUILDERS,
}
STEPS: StepBuilders = {opcode: build for area in STEP_AREAS.values() for opcode, build in area.items()}
CONTROLS: ControlBuilders = {
    opcode: build for area in CONTROL_AREAS.values() for opcode, build in area.items()
}
