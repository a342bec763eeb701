"""Grids whose blocks wait for each other (CUDA C++ Programming Guide, grid synchronisation).

Cooperative groups find the counter that all blocks share through the environment registers 1 and 2, which
hold the halves of its address. Such a grid is launched only if all of its blocks reside on the GPU at once.
"""

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.registers import named_registers
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch

WORKSPACE_BYTES = 64
MAXIMUM_THREADS = 1 << 19
"""More than any GPU holds at once (2,048 per multiprocessor)."""
_ADDRESS_REGISTERS = frozenset({"%envreg1", "%envreg2"})


def synchronises_grid(function: Function) -> bool:
    """Return whether blocks of the kernel can wait for each other."""
    return any(
        not _ADDRESS_REGISTERS.isdisjoint(named_registers(instruction))
        for instruction in function.instructions
    )


def allocate_workspace(function: Function, launch: Launch, memory: GlobalMemory) -> int:
    """Return the address of the counter; GpuAdvisorError where the grid cannot reside at once."""
    threads = launch.blocks * launch.threads_per_block
    if threads > MAXIMUM_THREADS:
        raise GpuAdvisorError(
            f"a grid that synchronises must reside on the GPU at once; {threads} threads do not",
            where=function.name,
            remedy="launch fewer blocks and let each do more",
        )
    return memory.allocate(WORKSPACE_BYTES, "grid synchronisation")
