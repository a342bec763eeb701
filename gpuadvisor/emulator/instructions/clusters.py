"""mapa and getctarank (PTX ISA 9.7.9.23): addresses in the shared memory of other blocks of the cluster."""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.cluster_addresses import mapped, ranks
from gpuadvisor.emulator.faults import ThreadFault, no_rank
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.widths import Lanes


def bind_map_address(instruction: Instruction, binding: Binding) -> Step:
    """Bind mapa: the address of the same variable in the block of a rank."""
    type_name = instruction.types[0]
    fetch = binding.registers.fetch(instruction.operands[1], type_name)
    rank = binding.registers.fetch(instruction.operands[2], "u32")
    write = binding.registers.write(instruction.operands[0], type_name)

    def step(batch: Batch, active: Active) -> None:
        asked = np.broadcast_to(rank(batch), batch.shape)
        _check_ranks(active, asked, batch.grid.launch.blocks_per_cluster)
        write(batch, active, mapped(batch, fetch(batch), asked))

    return step


def _check_ranks(active: Active, asked: Lanes, of_cluster: int) -> None:
    chosen = active.pick(asked)
    if (chosen >= of_cluster).any():
        first = int((chosen >= of_cluster).argmax())
        raise ThreadFault(no_rank(int(chosen[first]), of_cluster), int(active.lanes[first]))


def bind_rank(instruction: Instruction, binding: Binding) -> Step:
    """Bind getctarank: the rank of the block that an address of shared memory lies in."""
    fetch = binding.registers.fetch(instruction.operands[1], instruction.types[0])
    write = binding.registers.write(instruction.operands[0], "u32")
    return lambda batch, active: write(batch, active, ranks(batch, fetch(batch)).astype(np.uint32))


BUILDERS: StepBuilders = {"mapa": bind_map_address, "getctarank": bind_rank}
