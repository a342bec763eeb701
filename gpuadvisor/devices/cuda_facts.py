"""The facts of a real GPU: CUDA's device attributes joined with what NVML knows of the same GPU."""

import uuid
from typing import Any

from gpuadvisor.devices.execution_units import LANES_PER_MULTIPROCESSOR
from gpuadvisor.devices.host_link import link_of
from gpuadvisor.devices.nvml import MIG_UUID, NvmlGpu
from gpuadvisor.devices.published import published
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance

HERTZ_PER_KILOHERTZ = 1e3
TRANSFERS_PER_CLOCK = 2
"""NVML and CUDA give the memory clock such that two bits move per clock and pin, on GDDR as on HBM:
9751 MHz x 2 x 384 bit = 936 GB/s on an RTX 3090, 1215 MHz x 2 x 5120 bit = 1555 GB/s on an A100
(NVIDIA developer forum, topic 198730)."""


class CudaAttributes:
    """The attributes CUDA gives for one of its devices; none of them needs a context."""

    def __init__(self, cupy: Any, index: int) -> None:  # noqa: ANN401 - the module CuPy
        self._runtime = cupy.cuda.runtime
        self.index = index
        properties = self._runtime.getDeviceProperties(index)
        self.name: str = properties["name"].decode()
        self.memory_bytes: int = properties["totalGlobalMem"]
        self.compute_capability = f"{properties['major']}.{properties['minor']}"
        self.mig_instance = mig_instance_of(self.name)
        self.uuid = _uuid_text(properties["uuid"], "GPU-" if self.mig_instance is None else MIG_UUID)

    def get(self, name: str) -> int:
        """Return the attribute `cudaDevAttr<name>`."""
        attribute = getattr(self._runtime, f"cudaDevAttr{name}")
        return int(self._runtime.deviceGetAttribute(attribute, self.index))

    @property
    def pci_bus_id(self) -> str:
        """As NVML writes it: domain, bus, device, function."""
        return f"{self.get('PciDomainId'):08X}:{self.get('PciBusId'):02X}:{self.get('PciDeviceId'):02X}.0"

    @property
    def id(self) -> str:
        """What the device is called: by its number, a MIG instance by its UUID, as each has number 0."""
        which = self.index if self.mig_instance is None or self.uuid is None else self.uuid
        return f"cuda:{which}"


def mig_instance_of(name: str) -> str | None:
    """Return the share of a GPU in a name as `NVIDIA H100 80GB HBM3 MIG 1g.10gb`; None for a whole GPU."""
    _, mark, share = name.partition(" MIG ")
    return share if mark else None


def read_facts(
    attributes: CudaAttributes, gpu: NvmlGpu | None, conditions: DeviceConditions | None
) -> DeviceFacts:
    """Return the GPU's facts; clocks from NVML where it may tell them, else from CUDA.

    What neither tells, but others have measured on this model, is taken from the catalogue with its source.
    CUDA's `clockRate` is the rated boost clock, which many cards exceed; NVML's maximum is the true one.
    Raises GpuAdvisorError where neither tells what the theoretical bandwidth is made of.
    """
    sm_clock_hz, sm_source = _clock(attributes, "ClockRate", gpu.maximum_sm_clock_hz if gpu else None)
    bandwidth, bandwidth_source = _bandwidth(attributes, gpu)
    multiprocessors = attributes.get("MultiProcessorCount")
    figures, sources = published(attributes.name, multiprocessors)
    # A GPU that walks the host's page tables hangs on another link than PCI Express (NVLink-C2C).
    link = None if attributes.get("PageableMemoryAccessUsesHostPageTables") else link_of(conditions)
    if link is not None:
        sources = {**sources, "host_link_bytes_per_second": link[1]}
    return DeviceFacts(
        id=attributes.id,
        name=attributes.name,
        kind="cuda",
        provenance=Provenance.MEASURED,
        compute_capability=attributes.compute_capability,
        multiprocessors=multiprocessors,
        sm_clock_hz=sm_clock_hz,
        memory_bytes=attributes.memory_bytes,
        memory_clock_hz=gpu.maximum_memory_clock_hz if gpu else None,
        dram_bytes_per_second=bandwidth,
        l2_bytes=attributes.get("L2CacheSize"),
        **LANES_PER_MULTIPROCESSOR.get(attributes.compute_capability, {}),
        **figures,
        host_link_bytes_per_second=link[0] if link else None,
        mig_instance=attributes.mig_instance,
        uuid=attributes.uuid or (gpu.uuid if gpu else None),
        pci_bus_id=attributes.pci_bus_id,
        conditions=conditions,
        sources={**sources, "sm_clock_hz": sm_source, "dram_bytes_per_second": bandwidth_source},
    )


def _bandwidth(attributes: CudaAttributes, gpu: NvmlGpu | None) -> tuple[float, str]:
    clock_hz, source = _clock(attributes, "MemoryClockRate", gpu.maximum_memory_clock_hz if gpu else None)
    bus_bits = attributes.get("GlobalMemoryBusWidth")
    if not clock_hz or not bus_bits:
        raise GpuAdvisorError(
            f"the driver does not tell the memory clock and bus width of {attributes.name}",
            remedy="without them there is no theoretical bandwidth to judge by; use an emulated device",
        )
    return (
        clock_hz * TRANSFERS_PER_CLOCK * bus_bits / 8,
        f"{source} x 2 x {bus_bits} bit",
    )


def _clock(attributes: CudaAttributes, name: str, maximum_hz: float | None) -> tuple[float, str]:
    if maximum_hz is not None:
        return maximum_hz, "NVML maximum clock"
    return attributes.get(name) * HERTZ_PER_KILOHERTZ, f"CUDA device attribute {name}"


def _uuid_text(content: bytes, prefix: str) -> str | None:
    """Return `GPU-...` or `MIG-...` as NVML writes it; None where CuPy cut the bytes at a zero."""
    return f"{prefix}{uuid.UUID(bytes=content)}" if len(content) == 16 else None
