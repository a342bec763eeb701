"""How many blocks of a launch each resource of a multiprocessor holds.

The arithmetic is that of NVIDIA's `cuda_occupancy.h` (CUDA 13.5), with which it agrees in every count.
"""

from dataclasses import dataclass

from gpuadvisor.compiler.limits import (
    DEFAULT_SHARED_BYTES_PER_BLOCK,
    REGISTER_ALLOCATION_UNIT,
    REGISTERS_PER_SUB_PARTITION,
    SUB_PARTITIONS,
    WARP_SIZE,
    Limits,
)

UNLIMITED = 1 << 30
"""More blocks or warps than any multiprocessor holds."""


@dataclass(frozen=True, slots=True)
class SharedMemory:
    """How a multiprocessor gives its shared memory to blocks."""

    limits: Limits
    carveout: int | None
    """The preferred percentage of the largest size; None is the driver's default, the largest."""
    opt_in: bool

    @property
    def most_bytes_per_block(self) -> int:
        """The most static and dynamic shared memory a block may ask for."""
        return self.limits.opt_in_shared_bytes_per_block if self.opt_in else DEFAULT_SHARED_BYTES_PER_BLOCK

    def blocks(self, shared_bytes: int) -> int:
        """Return how many blocks that each ask for `shared_bytes` fit: 0 where that is more than allowed."""
        unit = self.limits.shared_allocation_unit_bytes
        reserved = self.limits.reserved_shared_bytes
        allocated = -(-(shared_bytes + reserved) // unit) * unit
        if allocated > self.most_bytes_per_block + reserved:
            return 0
        return self._size(allocated) // allocated if allocated else UNLIMITED

    def _size(self, allocated: int) -> int:
        """Return the carve-out: the smallest that is at least as large as preferred and holds one block."""
        largest = self.limits.shared_bytes
        if self.carveout is None:
            return largest
        wanted = max(self.carveout * largest // 100, allocated)
        return next(size for size in self.limits.carve_outs_bytes if size >= wanted)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one launch asks of a multiprocessor, and how many blocks each resource could hold."""

    warps_per_block: int
    blocks_by: dict[str, int]

    @property
    def blocks(self) -> int:
        """Resident blocks."""
        return min(self.blocks_by.values())

    @property
    def limiters(self) -> list[str]:
        """Every resource that attains the minimum."""
        blocks = self.blocks
        return [name for name, limit in self.blocks_by.items() if limit == blocks]

    def is_limited_only_by(self, limiter: str) -> bool:
        """Return whether one more block would reside if `limiter` gave way."""
        return self.limiters == [limiter]


def demand(
    limits: Limits,
    *,
    registers_per_thread: int,
    threads_per_block: int,
    shared_bytes: int,
    shared_memory: SharedMemory,
    barriers: int,
) -> Demand:
    """Return how many blocks each resource holds; all values must be ones a launch can have."""
    warps_per_block = -(-threads_per_block // WARP_SIZE)
    return Demand(
        warps_per_block,
        {
            "warps": limits.warps // warps_per_block,
            "blocks": limits.blocks,
            "registers": warps_by_registers(registers_per_thread) // warps_per_block,
            "shared-memory": shared_memory.blocks(shared_bytes),
            "barriers": limits.barriers // barriers if limits.barriers and barriers else UNLIMITED,
        },
    )


def warps_by_registers(registers_per_thread: int) -> int:
    """Return how many warps the registers hold; all those of a warp lie in one of the sub-partitions."""
    if registers_per_thread == 0:
        return UNLIMITED
    units = -(-registers_per_thread * WARP_SIZE // REGISTER_ALLOCATION_UNIT)
    return SUB_PARTITIONS * (REGISTERS_PER_SUB_PARTITION // (units * REGISTER_ALLOCATION_UNIT))
