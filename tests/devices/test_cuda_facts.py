"""Facts of a GPU from CUDA's attributes and NVML's clocks."""

import pytest

from gpuadvisor.devices.cuda_facts import CudaAttributes, read_facts
from gpuadvisor.devices.nvml import find_gpu
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, FakeGpu, fake_cupy

BUS_ID = "00000000:3B:00.0"


def facts_of(gpu: FakeGpu, index: int = 0) -> DeviceFacts:
    attributes = CudaAttributes(fake_cupy(gpu), index)
    return read_facts(attributes, find_gpu(attributes.uuid, attributes.pci_bus_id), None)


def test_an_a100_is_described_as_nvidia_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """1410 MHz boost and 1555 GB/s: NVIDIA A100 data sheet."""
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID))
    facts = facts_of(FakeGpu(), index=2)
    assert (facts.id, facts.kind, facts.name) == ("cuda:2", "cuda", "NVIDIA A100-SXM4-40GB")
    assert facts.provenance is Provenance.MEASURED
    assert (facts.compute_capability, facts.multiprocessors) == ("8.0", 108)
    assert facts.sm_clock_hz == 1.41e9
    assert facts.dram_bytes_per_second == pytest.approx(1555e9, rel=1e-3)
    assert (facts.l2_bytes, facts.memory_bytes) == (41_943_040, 42_505_273_344)
    assert (facts.fp32_lanes, facts.fp64_lanes) == (64, 32)
    assert (facts.uuid, facts.pci_bus_id) == (UUID, BUS_ID)
    assert facts.sources["sm_clock_hz"] == "NVML maximum clock"
    assert facts.l2_latency_cycles == 205.5  # published: the driver does not tell
    assert facts.sources["l2_latency_cycles"].startswith("RRZE-HPC/gpu-benches")


@pytest.mark.parametrize(
    ("memory_megahertz", "bus_bits", "expected"),
    [(9751, 384, 936e9), (10501, 384, 1008e9), (2619, 5120, 3350e9), (5001, 256, 320e9)],
)
def test_bandwidth_is_that_of_the_data_sheet(
    monkeypatch: pytest.MonkeyPatch, memory_megahertz: int, bus_bits: int, expected: float
) -> None:
    """RTX 3090, RTX 4090, H100 SXM and T4, with the memory clocks NVML reports for them."""
    clocks = {1: 1400, 2: memory_megahertz}
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID, nvmlDeviceGetMaxClockInfo=clocks))
    gpu = FakeGpu()
    gpu.attributes["GlobalMemoryBusWidth"] = bus_bits
    assert facts_of(gpu).dram_bytes_per_second == pytest.approx(expected, rel=2e-3)


def test_without_nvml_cuda_gives_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    facts = facts_of(FakeGpu())
    assert facts.sm_clock_hz == 1.275e9
    assert facts.dram_bytes_per_second == pytest.approx(1536e9)
    assert facts.sources["sm_clock_hz"] == "CUDA device attribute ClockRate"
    assert facts.uuid == UUID


def test_a_uuid_cut_at_a_zero_byte_is_asked_of_nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu("GPU-whole", BUS_ID))
    gpu = FakeGpu()
    gpu.properties["uuid"] = b"\x01\x02"
    assert facts_of(gpu).uuid == "GPU-whole"


def test_a_mig_instance_has_its_own_size_and_its_parents_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu("GPU-parent", BUS_ID))
    gpu = FakeGpu()
    gpu.attributes["MultiProcessorCount"] = 14
    gpu.properties["name"] = b"NVIDIA A100-SXM4-40GB MIG 1g.5gb"
    facts = facts_of(gpu)
    instance = UUID.replace("GPU", "MIG")
    assert (facts.multiprocessors, facts.uuid, facts.sm_clock_hz) == (14, instance, 1.41e9)
    assert (facts.id, facts.mig_instance) == (f"cuda:{instance}", "1g.5gb")


def test_a_whole_gpu_is_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID))
    facts = facts_of(FakeGpu())
    assert facts.mig_instance is None
    assert facts.memory_clock_hz == 1.215e9


def test_an_unknown_compute_capability_leaves_the_lanes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    gpu = FakeGpu()
    gpu.properties.update(major=15, minor=3)
    facts = facts_of(gpu)
    assert facts.compute_capability == "15.3"
    assert facts.fp32_lanes is None


def test_a_bandwidth_nobody_tells_is_an_error_not_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_nvml.remove(monkeypatch)
    gpu = FakeGpu()
    gpu.attributes["MemoryClockRate"] = 0
    with pytest.raises(GpuAdvisorError, match="memory clock"):
        facts_of(gpu)


@pytest.mark.parametrize(("coherent", "gigabytes_per_second"), [(0, 31.508), (1, None)])
def test_the_link_is_what_gpu_and_slot_support(coherent: int, gigabytes_per_second: float | None) -> None:
    gpu = FakeGpu()
    gpu.attributes["PageableMemoryAccessUsesHostPageTables"] = coherent
    idle = DeviceConditions(
        pcie_generation=1, pcie_generation_maximum=4, pcie_lanes=16, pcie_lanes_maximum=16
    )
    facts = read_facts(CudaAttributes(fake_cupy(gpu), 0), None, idle)
    if gigabytes_per_second is None:
        assert facts.host_link_bytes_per_second is None
    else:
        assert facts.host_link_bytes_per_second == pytest.approx(gigabytes_per_second * 1e9, rel=1e-4)
        assert facts.sources["host_link_bytes_per_second"] == "PCI Express generation 4, 16 lanes, by NVML"
