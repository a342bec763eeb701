"""Tables of what-ifs around one configuration: over block sizes, registers and shared memory."""

from collections.abc import Iterator

import msgspec

from gpuadvisor.compiler.limits import MAXIMUM_THREADS_PER_BLOCK, WARP_SIZE
from gpuadvisor.compiler.occupancy import occupancy
from gpuadvisor.model.kernel import Occupancy


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `occupancy`, which says what they mean."""

    compute_capability: str
    registers_per_thread: int
    threads_per_block: int
    static_shared_bytes: int = 0
    dynamic_shared_bytes: int = 0
    barriers: int = 0
    carveout: int | None = None
    shared_opt_in: bool = True

    def occupancy(self) -> Occupancy:
        """Return its residency; raises GpuAdvisorError as `occupancy` does."""
        return occupancy(**msgspec.structs.asdict(self))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The residency of one value of what a table varies."""

    value: int
    theoretical: float
    blocks_per_sm: int
    warps_per_sm: int
    limiters: list[str]


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration, its residency and what-ifs; each table varies one thing and keeps the others."""

    configuration: Configuration
    occupancy: Occupancy
    threads_per_block: list[Row]
    """All whole-warp sizes, and the asked one."""
    registers_per_thread: list[Row]
    """The most registers for one more block, for another more, and so on."""
    dynamic_shared_bytes: list[Row]
    """Likewise."""


def tables(asked: Configuration) -> Tables:
    """Return the residency of a configuration and the tables around it."""
    whole_warps = range(WARP_SIZE, MAXIMUM_THREADS_PER_BLOCK + 1, WARP_SIZE)
    sizes = sorted({asked.threads_per_block, *whole_warps})
    return Tables(
        configuration=asked,
        occupancy=asked.occupancy(),
        threads_per_block=[
            _row(size, msgspec.structs.replace(asked, threads_per_block=size).occupancy()) for size in sizes
        ],
        registers_per_thread=list(_fewer_registers(asked)),
        dynamic_shared_bytes=list(_less_shared_memory(asked)),
    )


def _fewer_registers(asked: Configuration) -> Iterator[Row]:
    registers = asked.occupancy().registers_for_next_block
    while registers is not None:
        found = msgspec.structs.replace(asked, registers_per_thread=registers).occupancy()
        yield _row(registers, found)
        registers = found.registers_for_next_block


def _less_shared_memory(asked: Configuration) -> Iterator[Row]:
    total = asked.occupancy().shared_bytes_for_next_block
    while total is not None and total >= asked.static_shared_bytes:
        dynamic = total - asked.static_shared_bytes
        found = msgspec.structs.replace(asked, dynamic_shared_bytes=dynamic).occupancy()
        yield _row(dynamic, found)
        total = found.shared_bytes_for_next_block


def _row(value: int, found: Occupancy) -> Row:
    return Row(
        value=value,
        theoretical=found.theoretical,
        blocks_per_sm=found.blocks_per_sm,
        warps_per_sm=found.warps_per_sm,
        limiters=found.limiters,
    )
