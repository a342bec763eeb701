"""The link between host and device: what it could carry in theory."""

from gpuadvisor.model.device import DeviceConditions

GIGATRANSFERS_PER_LANE = {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0}
PAYLOAD = {1: 8 / 10, 2: 8 / 10, 3: 128 / 130, 4: 128 / 130, 5: 128 / 130, 6: 242 / 256}
"""The share of the bits that carries packets, by generation (PCI Express Base Specification: 8b/10b and
128b/130b encoding; flits of 256 bytes with 14 of check and correction codes)."""


def pcie_bytes_per_second(generation: int, lanes: int) -> float | None:
    """Return what a PCI Express link carries each way; None for a generation that is not known."""
    rate = GIGATRANSFERS_PER_LANE.get(generation)
    return None if rate is None else rate * 1e9 / 8 * lanes * PAYLOAD[generation]


def link_of(conditions: DeviceConditions | None) -> tuple[float, str] | None:
    """Return the bytes per second each way of the GPU's link at its best, and what that follows from.

    An idle link runs at a lower generation, so the best that GPU and slot support stands for it.
    """
    if conditions is None:
        return None
    generation, lanes = conditions.pcie_generation_maximum, conditions.pcie_lanes_maximum
    rate = pcie_bytes_per_second(generation, lanes) if generation and lanes else None
    return None if rate is None else (rate, f"PCI Express generation {generation}, {lanes} lanes, by NVML")
