"""What the driver would refuse: launches that do not fit the device."""

from gpuadvisor.compiler.limits import (
    REGISTERS_PER_SUB_PARTITION,
    SUB_PARTITIONS,
    limits_of,
)
from gpuadvisor.compiler.occupancy import kernel_occupancy
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch, Occupancy, Resources

MAXIMUM_GRID = (2**31 - 1, 65535, 65535)
MAXIMUM_BLOCK = (1024, 1024, 64)
"""CUDA Programming Guide, section 5.1, table 31."""
CLUSTERS_SINCE = 9
"""The major compute capability (CUDA Programming Guide, thread block clusters)."""
REGISTERS_PER_BLOCK = SUB_PARTITIONS * REGISTERS_PER_SUB_PARTITION


def check_shape(launch: Launch, where: str) -> None:
    """Raise GpuAdvisorError where no GPU takes the grid or the block."""
    for what, extents, maxima in (
        ("grid", launch.grid, MAXIMUM_GRID),
        ("block", launch.block, MAXIMUM_BLOCK),
    ):
        if any(not 1 <= extent <= most for extent, most in zip(extents, maxima, strict=True)):
            raise GpuAdvisorError(f"{what} {extents} is impossible", where=where, remedy=f"at most {maxima}")


def check_cluster(facts: DeviceFacts, launch: Launch, where: str) -> None:
    """Raise GpuAdvisorError where the launch has clusters and the GPU has none."""
    major = int(facts.compute_capability.partition(".")[0])
    if launch.cluster is not None and major < CLUSTERS_SINCE:
        raise GpuAdvisorError(
            f"{facts.name} has no clusters",
            where=where,
            remedy="take a GPU of compute capability 9.0 or later",
        )


def resident(facts: DeviceFacts, launch: Launch, resources: Resources, where: str) -> Occupancy:
    """Return the occupancy; GpuAdvisorError where not even one block fits on a multiprocessor."""
    found = kernel_occupancy(facts.compute_capability, resources, launch)
    if found.blocks_per_sm == 0:
        limiters = ", ".join(found.limiters)
        raise GpuAdvisorError(
            f"a block does not fit on a multiprocessor of {facts.name}: {limiters}",
            where=where,
            remedy=_demand(facts, launch, resources),
        )
    return found


def _demand(facts: DeviceFacts, launch: Launch, resources: Resources) -> str:
    """Write out what a block asks of what there is."""
    shared_bytes = resources.static_shared_bytes + launch.dynamic_shared_bytes
    most_bytes = limits_of(facts.compute_capability).opt_in_shared_bytes_per_block
    return (
        f"it asks for {resources.registers_per_thread} registers x {launch.threads_per_block} threads "
        f"of {REGISTERS_PER_BLOCK:,} and for {shared_bytes:,} of {most_bytes:,} bytes of shared memory"
    )
