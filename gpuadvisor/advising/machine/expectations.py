"""What a resource of a device should reach, each with its source."""

from collections.abc import Callable

from gpuadvisor.advising.machine.architectures import TENSOR_MULTIPLY_ADDS, TENSOR_SOURCE
from gpuadvisor.model.comparison import Expected
from gpuadvisor.model.device import DeviceFacts

SHARED_BYTES_PER_CLOCK = 128
"""32 banks of 4 bytes (CUDA Programming Guide, Shared Memory, since compute capability 5.0)."""
SHUFFLES_PER_CLOCK = 32
"""Results per clock and multiprocessor (CUDA Programming Guide, Arithmetic Instructions, warp shuffle)."""
LANES_SOURCE = "CUDA C++ Programming Guide, Arithmetic Instructions: results per clock and multiprocessor"
FMA_LATENCY_CYCLES = {"7.0": 4.0, "8.0": 4.0, "9.0": 4.0}
"""4 cycles on V100, A100 and H100 (PMC10448217, table 3)."""
OF_WHOLE_GPUS = frozenset({"dram_bytes_per_second", "l2_bytes_per_second"})
"""An instance of a split GPU has a part of these; which, the driver does not tell."""

Expect = Callable[[DeviceFacts], Expected | None]


def nothing(_: DeviceFacts) -> None:
    """Return None: nobody has published what it should reach."""


def theoretical(field: str) -> Expect:
    """Return the expectation that a figure of the device sets by its construction."""
    return _figure(field, "theoretical")


def published(field: str) -> Expect:
    """Return the expectation that a figure of the device sets, which others have measured."""
    return _figure(field, "published")


def lanes(field: str) -> Expect:
    """Return as many results per clock as there are lanes."""

    def expect(device: DeviceFacts) -> Expected | None:
        count: int | None = getattr(device, field)
        return None if count is None else Expected(value=count, kind="theoretical", source=LANES_SOURCE)

    return expect


def shared_bytes_per_clock(_: DeviceFacts) -> Expected:
    """Return what the banks of a multiprocessor's shared memory deliver."""
    return Expected(value=SHARED_BYTES_PER_CLOCK, kind="theoretical", source="32 banks of 4 bytes")


def shuffles_per_clock(_: DeviceFacts) -> Expected:
    """Return how many lanes get their word per clock."""
    return Expected(value=SHUFFLES_PER_CLOCK, kind="theoretical", source=LANES_SOURCE)


def fma_latency(device: DeviceFacts) -> Expected | None:
    """Return the cycles from one fused multiply-add of 32-bit floats to the next, where published."""
    cycles = FMA_LATENCY_CYCLES.get(device.compute_capability)
    return None if cycles is None else Expected(value=cycles, kind="published", source="PMC10448217, table 3")


def tensor(kind: str) -> Expect:
    """Return the multiply-adds of dense matrices that tensor cores finish per clock."""

    def expect(device: DeviceFacts) -> Expected | None:
        known = TENSOR_MULTIPLY_ADDS.get(device.compute_capability, {}).get(kind)
        return None if known is None else Expected(value=known, kind="theoretical", source=TENSOR_SOURCE)

    return expect


def _figure(field: str, kind: str) -> Expect:
    def expect(device: DeviceFacts) -> Expected | None:
        value: float | None = getattr(device, field)
        if value is None or (field in OF_WHOLE_GPUS and device.mig_instance is not None):
            return None
        source = device.sources.get(field, str(device.provenance))
        return Expected(
            value=value, kind="theoretical" if kind == "theoretical" else "published", source=source
        )

    return expect
