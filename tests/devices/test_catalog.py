import pytest

from gpuadvisor.compiler.limits import LIMITS
from gpuadvisor.devices.catalog import FACTS, Architecture, Gpu, entry, names, read_catalog
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance

REQUIRED = [
    "v100",
    "t4",
    "a100-40gb",
    "a100-80gb",
    "a10",
    "rtx-a6000",
    "rtx-3090",
    "rtx-4090",
    "l4",
    "l40s",
    "h100",
    "h100-pcie",
    "h200",
    "gh200",
    "b200",
    "rtx-5090",
]

PUBLISHED_FP32_TERAFLOPS = {
    "v100": 15.7,
    "v100-pcie": 14.1,
    "t4": 8.1,
    "a100-40gb": 19.5,
    "a100-80gb": 19.5,
    "a10": 31.2,
    "rtx-a6000": 38.7,
    "rtx-3090": 35.6,
    "rtx-4090": 82.6,
    "l4": 30.3,
    "l40s": 91.6,
    "h100": 66.9,
    "h100-pcie": 51.2,
    "h200": 66.9,
    "gh200": 66.9,
    "b200": 75,
    "b300": 77,
    "rtx-5090": 104.8,
}

PUBLISHED_FP64_TERAFLOPS = {
    "v100": 7.8,
    "t4": 0.254,
    "a100-80gb": 9.7,
    "rtx-3090": 0.556,
    "rtx-4090": 1.29,
    "l4": 0.473,
    "h100": 33.5,
    "h100-pcie": 25.6,
    "b200": 37.5,
    "b300": 1.2,
    "rtx-5090": 1.64,
}

BUS_BITS_AND_GIGABITS_PER_PIN = {
    "v100": (4096, 2 * 0.877),
    "v100-pcie": (4096, 2 * 0.877),
    "t4": (256, 10),
    "a100-40gb": (5120, 2 * 1.215),
    "a100-80gb": (5120, 2 * 1.593),
    "a10": (384, 12.5),
    "rtx-a6000": (384, 16),
    "rtx-3090": (384, 19.5),
    "rtx-4090": (384, 21),
    "l4": (192, 12.5),
    "l40s": (384, 18),
    "h100": (5120, 2 * 2.619),
    "h100-pcie": (5120, 2 * 1.593),
    "rtx-5090": (512, 28),
}


def test_the_required_gpus_are_known() -> None:
    assert set(REQUIRED) <= set(names())


@pytest.mark.parametrize(("name", "teraflops"), PUBLISHED_FP32_TERAFLOPS.items())
def test_fp32_peak_is_the_published_one(name: str, teraflops: float) -> None:
    facts = entry(name)
    assert facts.fp32_lanes is not None
    peak = 2 * facts.fp32_lanes * facts.multiprocessors * facts.sm_clock_hz
    assert peak == pytest.approx(teraflops * 1e12, rel=0.02)


@pytest.mark.parametrize(("name", "teraflops"), PUBLISHED_FP64_TERAFLOPS.items())
def test_fp64_peak_is_the_published_one(name: str, teraflops: float) -> None:
    facts = entry(name)
    assert facts.fp64_lanes is not None
    peak = 2 * facts.fp64_lanes * facts.multiprocessors * facts.sm_clock_hz
    assert peak == pytest.approx(teraflops * 1e12, rel=0.03)


@pytest.mark.parametrize(("name", "memory"), BUS_BITS_AND_GIGABITS_PER_PIN.items())
def test_bandwidth_is_bus_width_times_pin_rate(name: str, memory: tuple[int, float]) -> None:
    bus_bits, gigabits_per_pin = memory
    assert entry(name).dram_bytes_per_second == pytest.approx(bus_bits * gigabits_per_pin * 1e9 / 8, rel=0.02)


@pytest.mark.parametrize("name", names())
def test_an_entry_is_complete_and_of_a_known_compute_capability(name: str) -> None:
    facts = entry(name)
    assert facts.id == f"emulated:{name}"
    assert (facts.kind, facts.provenance) == ("emulated", Provenance.DATASHEET)
    assert facts.compute_capability in LIMITS
    assert 10**9 < facts.sm_clock_hz < 3 * 10**9
    assert 1 << 20 < facts.l2_bytes < facts.memory_bytes
    if facts.l2_bytes_per_second is not None:
        assert facts.l2_bytes_per_second > facts.dram_bytes_per_second
    assert facts.l1_latency_cycles is not None
    assert facts.l2_latency_cycles is not None
    assert facts.dram_latency_cycles is not None
    assert facts.l1_latency_cycles < facts.l2_latency_cycles < facts.dram_latency_cycles


@pytest.mark.parametrize("name", names())
def test_every_figure_has_a_source_and_every_source_a_figure(name: str) -> None:
    catalog = read_catalog()
    gpu = catalog.gpu[name]
    architecture = catalog.compute_capability[gpu.compute_capability]
    assert figures(gpu) == set(gpu.sources)
    assert figures(architecture) == set(architecture.sources)


def figures(table: Gpu | Architecture) -> set[str]:
    fields = set(table.__struct_fields__) - {"name", "compute_capability", "sources"}
    return {field for field in fields if getattr(table, field) is not None}


def test_every_citation_is_used() -> None:
    catalog = read_catalog()
    tables: list[Gpu | Architecture] = [*catalog.gpu.values(), *catalog.compute_capability.values()]
    used = {source.partition(";")[0] for table in tables for source in table.sources.values()}
    assert used == set(catalog.citations)


def test_sources_are_written_out_under_the_names_of_the_facts() -> None:
    sources = entry("h100").sources
    assert set(FACTS.values()) <= set(sources)
    assert sources["l2_bytes_per_second"].startswith("RRZE-HPC/gpu-benches@1038c5d, gpu-l2-cache; as H200")


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("RTX 4090", "rtx-4090"),
        ("h10", "h100"),
        ("a100", "a100-40gb"),
        ("A100 80GB", "a100-80gb"),
        ("l40", "l40s"),
    ],
)
def test_a_near_miss_is_answered_with_the_closest_names(misspelt: str, meant: str) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        entry(misspelt)
    assert misspelt in raised.value.what
    assert meant in (raised.value.remedy or "")


def test_a_far_miss_is_answered_with_all_names() -> None:
    with pytest.raises(GpuAdvisorError, match="no GPU called") as raised:
        entry("voodoo")
    assert all(name in (raised.value.remedy or "") for name in names())
