"""The nearest changes to a launch that would let more of it reside."""

from gpuadvisor.compiler.limits import (
    MAXIMUM_REGISTERS_PER_THREAD,
    MAXIMUM_THREADS_PER_BLOCK,
    REGISTER_ALLOCATION_UNIT,
    REGISTERS_PER_SUB_PARTITION,
    SUB_PARTITIONS,
    WARP_SIZE,
    Limits,
)
from gpuadvisor.compiler.occupancy_demand import Demand, SharedMemory, warps_by_registers
from gpuadvisor.model.kernel import BlockSizeOption

MAXIMUM_WARPS_PER_BLOCK = MAXIMUM_THREADS_PER_BLOCK // WARP_SIZE


def better_block_sizes(limits: Limits, asked: Demand, registers_per_thread: int) -> list[BlockSizeOption]:
    """Return the whole-warp block sizes that hold more warps: the fullest first, of equals the smaller.

    Registers per thread, and shared memory and barriers per block, stay as they are.
    """
    blocks_at_most = min(asked.blocks_by[name] for name in ("blocks", "shared-memory", "barriers"))
    warps_at_most = min(limits.warps, warps_by_registers(registers_per_thread))
    resident = asked.blocks * asked.warps_per_block
    better = []
    for warps in range(1, MAXIMUM_WARPS_PER_BLOCK + 1):
        blocks = min(warps_at_most // warps, blocks_at_most)
        if blocks * warps > resident:
            better.append((-blocks * warps, warps, blocks))
    return [
        BlockSizeOption(
            threads_per_block=warps * WARP_SIZE,
            theoretical=blocks * warps / limits.warps,
            blocks_per_sm=blocks,
        )
        for _, warps, blocks in sorted(better)
    ]


def registers_for_next_block(asked: Demand) -> int | None:
    """Return the most registers per thread with which one more block fits; None if others limit too."""
    if not asked.is_limited_only_by("registers"):
        return None
    warps_per_sub_partition = -(-(asked.blocks + 1) * asked.warps_per_block // SUB_PARTITIONS)
    units = REGISTERS_PER_SUB_PARTITION // warps_per_sub_partition // REGISTER_ALLOCATION_UNIT
    return min(units * REGISTER_ALLOCATION_UNIT // WARP_SIZE, MAXIMUM_REGISTERS_PER_THREAD)


def shared_bytes_for_next_block(asked: Demand, shared_memory: SharedMemory) -> int | None:
    """Return the most shared memory per block with which one more fits; None if others limit too.

    All carve-outs are tried, the largest first: a smaller block may be given a smaller one.
    """
    if not asked.is_limited_only_by("shared-memory"):
        return None
    wanted = asked.blocks + 1
    limits = shared_memory.limits
    unit = limits.shared_allocation_unit_bytes
    fits = (size // wanted // unit * unit - limits.reserved_shared_bytes for size in limits.carve_outs_bytes)
    candidates = (min(shared_bytes, shared_memory.most_bytes_per_block) for shared_bytes in fits)
    enough = (
        shared_bytes
        for shared_bytes in candidates
        if shared_bytes >= 0 and shared_memory.blocks(shared_bytes) >= wanted
    )
    return max(enough, default=None)
