"""What is known of a device before anything is run on it."""

from typing import Literal

import msgspec

from gpuadvisor.model.provenance import Provenance


class DeviceConditions(msgspec.Struct, frozen=True, kw_only=True):
    """The state a real GPU was in when it was looked at; None where the driver does not tell."""

    driver_version: str | None = None
    cuda_driver_version: str | None = None
    sm_clock_hz: float | None = None
    memory_clock_hz: float | None = None
    application_sm_clock_hz: float | None = None
    """What an operator set, or the card's default; clocks locked by `nvidia-smi -lgc` show as a throttle
    reason and in the clock under load only: NVML has no question for them."""
    application_memory_clock_hz: float | None = None
    power_watts: float | None = None
    power_limit_watts: float | None = None
    power_limit_default_watts: float | None = None
    """As the card leaves the factory."""
    temperature_celsius: float | None = None
    throttle_reasons: list[str] | None = None
    """What holds the clocks down, in words; empty where nothing does."""
    ecc_enabled: bool | None = None
    mig_enabled: bool | None = None
    virtualization: str | None = None
    """`none`, `passthrough`, `vgpu` (a share of a GPU, in a virtual machine), `host vgpu` or `host vsga`."""
    persistence_mode: bool | None = None
    compute_mode: str | None = None
    memory_free_bytes: int | None = None
    pcie_generation: int | None = None
    pcie_lanes: int | None = None
    pcie_generation_maximum: int | None = None
    """The newest that both the GPU and its slot support."""
    pcie_generation_gpu_maximum: int | None = None
    """The newest that the GPU supports."""
    pcie_lanes_maximum: int | None = None
    other_processes: int | None = None


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one GPU that models and rules need.

    `provenance` is `measured` for a real GPU (asked of its driver) and `datasheet` for a
    catalogue entry, whose `sources` names where each figure comes from.
    """

    id: str
    """`cuda:0` or `emulated:h100`."""
    name: str
    kind: Literal["cuda", "emulated"]
    provenance: Provenance
    compute_capability: str
    """As `9.0`."""
    multiprocessors: int
    sm_clock_hz: float
    """The highest sustained (boost) clock."""
    memory_clock_hz: float | None = None
    """The highest, at which `dram_bytes_per_second` holds; None where it is not known."""
    memory_bytes: int
    dram_bytes_per_second: float
    """Theoretical bandwidth: pin rate times bus width."""
    l2_bytes: int
    l2_bytes_per_second: float | None = None
    l1_bytes_per_clock: float | None = None
    """Per multiprocessor."""
    fp32_lanes: int | None = None
    """Fused multiply-adds per clock and multiprocessor; so are the lanes below."""
    fp64_lanes: int | None = None
    fp16_lanes: int | None = None
    """Two of them work on one pair: with packed instructions only."""
    int32_lanes: int | None = None
    special_function_lanes: int | None = None
    dram_latency_cycles: float | None = None
    l2_latency_cycles: float | None = None
    l1_latency_cycles: float | None = None
    shared_latency_cycles: float | None = None
    mig_instance: str | None = None
    """The share of a split GPU that this device is, as `1g.10gb`; None for a whole GPU.

    Bandwidth and clocks are then those of the whole GPU."""
    host_link_bytes_per_second: float | None = None
    """Theoretical rate of the link to the host, each way."""
    abilities: list[str] = []
    """What it can do for host code besides copies, launches and streams: `peer` (a second GPU that it reaches
    directly), `managed` (pages move when they are touched), `cooperative` and `programmatic` launches."""
    uuid: str | None = None
    pci_bus_id: str | None = None
    conditions: DeviceConditions | None = None
    sources: dict[str, str] = {}
