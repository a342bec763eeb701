"""Theoretical occupancy: how much of a launch resides on a multiprocessor, and what limits it."""

from gpuadvisor.compiler.limits import (
    MAXIMUM_BARRIERS_PER_BLOCK,
    MAXIMUM_REGISTERS_PER_THREAD,
    MAXIMUM_THREADS_PER_BLOCK,
    limits_of,
)
from gpuadvisor.compiler.occupancy_demand import UNLIMITED, SharedMemory, demand
from gpuadvisor.compiler.occupancy_what_ifs import (
    better_block_sizes,
    registers_for_next_block,
    shared_bytes_for_next_block,
)
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch, Occupancy, Resources


def occupancy(
    *,
    compute_capability: str,
    registers_per_thread: int,
    threads_per_block: int,
    static_shared_bytes: int = 0,
    dynamic_shared_bytes: int = 0,
    barriers: int = 0,
    carveout: int | None = None,
    shared_opt_in: bool = True,
) -> Occupancy:
    """Return the residency of a launch, its limiters and the nearest changes that would raise it.

    `carveout` is `cudaFuncAttributePreferredSharedMemoryCarveout`: the percentage of the largest
    shared memory that is preferred, rounded up to a size the hardware has, and to one that holds a
    block; None is the driver's default, the largest. `barriers` counts the named barriers a block
    uses, 0 to 16; they limit from 9.0 on. Without `shared_opt_in` a block has at most 48 KiB of
    shared memory. A launch that cannot run has 0 blocks, and its limiters say why.

    Raises GpuAdvisorError for an unknown compute capability and for values no launch can have.
    """
    limits = limits_of(compute_capability)
    _check("threads per block", threads_per_block, 1, MAXIMUM_THREADS_PER_BLOCK)
    _check("registers per thread", registers_per_thread, 0, MAXIMUM_REGISTERS_PER_THREAD)
    _check("barriers", barriers, 0, MAXIMUM_BARRIERS_PER_BLOCK)
    _check("bytes of static shared memory", static_shared_bytes, 0, UNLIMITED)
    _check("bytes of dynamic shared memory", dynamic_shared_bytes, 0, UNLIMITED)
    if carveout is not None:
        _check("per cent of carve-out", carveout, 0, 100)

    shared_memory = SharedMemory(limits, carveout, shared_opt_in)
    asked = demand(
        limits,
        registers_per_thread=registers_per_thread,
        threads_per_block=threads_per_block,
        shared_bytes=static_shared_bytes + dynamic_shared_bytes,
        shared_memory=shared_memory,
        barriers=barriers,
    )
    blocks = asked.blocks
    return Occupancy(
        theoretical=blocks * asked.warps_per_block / limits.warps,
        blocks_per_sm=blocks,
        warps_per_sm=blocks * asked.warps_per_block,
        limiters=asked.limiters,
        better_block_sizes=better_block_sizes(limits, asked, registers_per_thread),
        registers_for_next_block=registers_for_next_block(asked),
        shared_bytes_for_next_block=shared_bytes_for_next_block(asked, shared_memory),
    )


def kernel_occupancy(compute_capability: str, resources: Resources, launch: Launch) -> Occupancy:
    """Return the residency of a compiled kernel's launch, as `occupancy` does."""
    return occupancy(
        compute_capability=compute_capability,
        registers_per_thread=resources.registers_per_thread,
        threads_per_block=launch.threads_per_block,
        static_shared_bytes=resources.static_shared_bytes,
        dynamic_shared_bytes=launch.dynamic_shared_bytes,
        barriers=resources.barriers or 0,
    )


def _check(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise GpuAdvisorError(f"{value} {what}", remedy=f"allowed are {least} to {most}")
