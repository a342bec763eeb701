"""What a multiprocessor of each compute capability holds, as the occupancy calculation needs it.

Capacities and carve-outs: CUDA Programming Guide 13, section 5.1, tables 29 to 33, and CCCL's
`cuda/__device/arch_traits.h`. Allocation units, reserved shared memory and barriers: `cuda_occupancy.h`
of CUDA 13.5. Where the sources differ: 12.x holds 24 blocks (the Blackwell Tuning Guide says 32), and
10.3 has one barrier per block slot (the header of CUDA 13.0 says two).
"""

from dataclasses import dataclass

from gpuadvisor.model.errors import GpuAdvisorError

KIB = 1024
WARP_SIZE = 32
SUB_PARTITIONS = 4
MAXIMUM_THREADS_PER_BLOCK = 1024
MAXIMUM_REGISTERS_PER_THREAD = 255
MAXIMUM_BARRIERS_PER_BLOCK = 16
REGISTERS_PER_SUB_PARTITION = 16 * KIB
REGISTER_ALLOCATION_UNIT = 256
"""Registers are allocated to a warp in multiples of this: 8 per thread."""
DEFAULT_SHARED_BYTES_PER_BLOCK = 48 * KIB
"""The most a block may use without `cudaFuncAttributeMaxDynamicSharedMemorySize`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one compute capability that differ between them."""

    warps: int
    """Resident warps per multiprocessor; so are the blocks."""
    blocks: int
    carve_outs_bytes: tuple[int, ...]
    """The sizes that shared memory can be given of the unified L1 cache, ascending."""
    reserved_shared_bytes: int
    """Taken by the driver for each block."""
    shared_allocation_unit_bytes: int
    barriers: int | None
    """Hardware barriers per multiprocessor; None where they never limit (before 9.0)."""

    @property
    def shared_bytes(self) -> int:
        """Shared memory per multiprocessor."""
        return self.carve_outs_bytes[-1]

    @property
    def opt_in_shared_bytes_per_block(self) -> int:
        """The most shared memory a block may use after opting in."""
        return self.carve_outs_bytes[-1] - self.reserved_shared_bytes

    @property
    def threads(self) -> int:
        """Resident threads per multiprocessor."""
        return self.warps * WARP_SIZE


def _carve_outs(*kibibytes: int) -> tuple[int, ...]:
    return tuple(size * KIB for size in kibibytes)


def _volta(*, warps: int, blocks: int, carve_outs: tuple[int, ...]) -> Limits:
    return Limits(
        warps=warps,
        blocks=blocks,
        carve_outs_bytes=carve_outs,
        reserved_shared_bytes=0,
        shared_allocation_unit_bytes=256,
        barriers=None,
    )


def _ampere(*, warps: int, blocks: int, carve_outs: tuple[int, ...], barriers: int | None = None) -> Limits:
    return Limits(
        warps=warps,
        blocks=blocks,
        carve_outs_bytes=carve_outs,
        reserved_shared_bytes=KIB,
        shared_allocation_unit_bytes=128,
        barriers=barriers,
    )


_100_KIB = _carve_outs(0, 8, 16, 32, 64, 100)
_164_KIB = _carve_outs(0, 8, 16, 32, 64, 100, 132, 164)
_228_KIB = _carve_outs(0, 8, 16, 32, 64, 100, 132, 164, 196, 228)

LIMITS: dict[str, Limits] = {
    "7.0": _volta(warps=64, blocks=32, carve_outs=_carve_outs(0, 8, 16, 32, 64, 96)),
    "7.5": _volta(warps=32, blocks=16, carve_outs=_carve_outs(32, 64)),
    "8.0": _ampere(warps=64, blocks=32, carve_outs=_164_KIB),
    "8.6": _ampere(warps=48, blocks=16, carve_outs=_100_KIB),
    "8.7": _ampere(warps=48, blocks=16, carve_outs=_164_KIB),
    "8.8": _ampere(warps=48, blocks=16, carve_outs=_100_KIB),
    "8.9": _ampere(warps=48, blocks=24, carve_outs=_100_KIB),
    "9.0": _ampere(warps=64, blocks=32, carve_outs=_228_KIB, barriers=64),
    "10.0": _ampere(warps=64, blocks=32, carve_outs=_228_KIB, barriers=64),
    "10.3": _ampere(warps=64, blocks=32, carve_outs=_228_KIB, barriers=32),
    "11.0": _ampere(warps=48, blocks=24, carve_outs=_228_KIB, barriers=24),
    "12.0": _ampere(warps=48, blocks=24, carve_outs=_100_KIB, barriers=24),
    "12.1": _ampere(warps=48, blocks=24, carve_outs=_100_KIB, barriers=24),
}


def limits_of(compute_capability: str) -> Limits:
    """Return the limits of `compute_capability`, as `9.0`.

    Raises GpuAdvisorError, naming the known ones, for any other.
    """
    try:
        return LIMITS[compute_capability]
    except KeyError:
        raise GpuAdvisorError(
            f"compute capability {compute_capability!r} is not known",
            remedy=f"known are {', '.join(LIMITS)}",
        ) from None
