"""What a resource of a device should reach, each with its source."""

from collections.abc import Callable

from gpuadvisor.model.comparison import Expected
from gpuadvisor.model.device import DeviceFacts

SHARED_BYTES_PER_CLOCK = 128
"""32 banks of 4 bytes (CUDA Programming Guide, Shared Memory, since compute capability 5.0)."""
SHUFFLES_PER_CLOCK = 32
"""Results per clock and multiprocessor (CUDA Programming Guide, Arithmetic Instructions, warp shuffle)."""
LANES_SOURCE = "CUDA C++ Programming Guide, Arithmetic Instructions: results per clock and multiprocessor"
FMA_LATENCY_CYCLES = {"7.0": 4.0, "8.0": 4.0, "9.0": 4.0}
"""4 cycles on V100, A100 and H100 (PMC10448217, table 3)."""
PCIE_BYTES_PER_SECOND_AND_LANE = {
    1: 0.25e9,
    2: 0.5e9,
    3: 8e9 / 8 * 128 / 130,
    4: 16e9 / 8 * 128 / 130,
    5: 32e9 / 8 * 128 / 130,
    6: 64e9 / 8 * 242 / 256,
}
"""In each direction (PCI-SIG): 2.5 and 5 GT/s with 8b/10b, 8 to 32 GT/s with 128b/130b, 64 GT/s in flits of
256 bytes of which 242 are for packets. Packet headers take a further part: some 85 to 95 % can be had."""

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


def link(device: DeviceFacts) -> Expected | None:
    """Return what the PCIe link carries each way, with all lanes at the newest generation it knows."""
    conditions = device.conditions
    if conditions is None or not conditions.pcie_generation_maximum or not conditions.pcie_lanes_maximum:
        return None
    generation, lanes_maximum = conditions.pcie_generation_maximum, conditions.pcie_lanes_maximum
    per_lane = PCIE_BYTES_PER_SECOND_AND_LANE.get(generation)
    if per_lane is None:
        return None
    source = f"PCIe generation {generation}, {lanes_maximum} lanes"
    return Expected(value=per_lane * lanes_maximum, kind="theoretical", source=source)


def _figure(field: str, kind: str) -> Expect:
    def expect(device: DeviceFacts) -> Expected | None:
        value: float | None = getattr(device, field)
        if value is None:
            return None
        source = device.sources.get(field, str(device.provenance))
        return Expected(
            value=value, kind="theoretical" if kind == "theoretical" else "published", source=source
        )

    return expect
