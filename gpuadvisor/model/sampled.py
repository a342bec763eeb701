"""What was sampled beside a run: the state of the GPUs, and the memory that frameworks held."""

import msgspec


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Samples of one quantity."""

    minimum: float
    median: float
    maximum: float


class DeviceSamples(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU while the run was recorded, as NVML tells it; what the driver refuses is None."""

    nvml_index: int
    """By bus; CUDA may number the GPUs otherwise."""
    name: str
    count: int
    utilization: Spread | None = None
    """Share of NVML's last sample period, 1/6 to 1 second, in which any kernel ran, 0 to 1."""
    memory_used_bytes: Spread | None = None
    """Of all processes."""
    memory_bytes: int | None = None
    power_watts: Spread | None = None
    power_limit_watts: float | None = None
    sm_clock_hz: Spread | None = None
    maximum_sm_clock_hz: float | None = None
    throttle_reasons: dict[str, int] = {}
    """What held the clocks down, and in how many samples."""


class MemoryUse(msgspec.Struct, frozen=True, kw_only=True):
    """The most memory that a framework's allocator held on one device, since the program began."""

    device: int | None
    """CUDA's number; None for the host, where it is the whole process's memory."""
    peak_allocated_bytes: int
    """In use by tensors; of the host: resident."""
    peak_reserved_bytes: int | None = None
    """Taken from CUDA, in use or kept for later."""
    capacity_bytes: int | None = None
    """What the device has."""
    allocation_retries: int | None = None
    """How often the allocator had to give cached memory back before it could serve a request."""
    out_of_memory_errors: int | None = None
