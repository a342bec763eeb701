from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuadvisor.compiler.occupancy import occupancy
from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.devices.cost import LAUNCH_SECONDS, modelled_time
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import KernelTime, Launch, Occupancy
from gpuadvisor.model.provenance import Provenance

H100 = entry("h100")


def launch(blocks: int = 132 * 8 * 100, threads: int = 256) -> Launch:
    return Launch(grid=(blocks, 1, 1), block=(threads, 1, 1))


def residency(blocks_per_sm: int = 8, warps_per_block: int = 8) -> Occupancy:
    warps = blocks_per_sm * warps_per_block
    return Occupancy(theoretical=warps / 64, blocks_per_sm=blocks_per_sm, warps_per_sm=warps, limiters=[])


def counters(**counts: Any) -> KernelCounters:
    return KernelCounters(blocks_total=1, blocks_run=1, **counts)


def time_of(
    counts: KernelCounters,
    *,
    facts: DeviceFacts = H100,
    shape: Launch | None = None,
    resident: Occupancy | None = None,
    loads_in_flight: int = 1,
) -> KernelTime:
    return modelled_time(
        facts, shape or launch(), resident or residency(), counts, loads_in_flight=loads_in_flight
    )


def streaming_read(
    blocks: int, warps_per_block: int, stride: int = 1, loads_per_thread: int = 64
) -> KernelCounters:
    """What a kernel counts whose threads read floats `stride` elements apart, each once."""
    requests = blocks * warps_per_block * loads_per_thread
    sectors = requests * min(32, 4 * stride)
    return counters(
        warp_instructions=4 * requests,
        global_load_requests=requests,
        global_load_sectors=sectors,
        dram_bytes=sectors * 32,
        instruction_mix={"memory": requests, "int32": 3 * requests},
    )


def useful_bandwidth(time: KernelTime, counts: KernelCounters) -> float:
    return counts.global_load_requests * 32 * 4 / time.seconds


def test_an_empty_kernel_takes_a_launch() -> None:
    time = time_of(counters())
    assert time.provenance is Provenance.MODELLED
    assert (time.seconds, time.bound_by, time.next_bound_by) == (LAUNCH_SECONDS, "launch", None)


@pytest.mark.parametrize(
    ("counts", "component", "expected"),
    [
        ({"dram_bytes": 3_352_000_000}, "dram", 1e-3),
        ({"global_load_sectors": 9_700_000_000 // 32}, "l2", 1e-3),
        ({"global_store_sectors": 9_700_000_000 // 32}, "l2", 1e-3),
        ({"global_load_sectors": 132 * 126 * 1_980_000 // 32}, "l1", 1e-3),
        ({"local_load_requests": 132 * 126 * 1_980_000 // 128}, "l1", 1e-3),
        ({"shared_load_wavefronts": 132 * 1_980_000}, "shared", 1e-3),
        ({"shared_store_wavefronts": 132 * 1_980_000}, "shared", 1e-3),
        ({"warp_instructions": 132 * 4 * 1_980_000}, "issue", 1e-3),
        ({"instruction_mix": {"fp32": 132 * 4 * 1_980_000}}, "fp32", 1e-3),
        ({"instruction_mix": {"fp64": 132 * 2 * 1_980_000}}, "fp64", 1e-3),
        ({"instruction_mix": {"int32": 132 * 2 * 1_980_000}}, "int32", 1e-3),
        ({"instruction_mix": {"special": 132 * 1_980_000 // 2}}, "special", 1e-3),
    ],
)
def test_a_resource_needs_its_work_over_its_rate(
    counts: dict[str, Any], component: str, expected: float
) -> None:
    assert time_of(counters(**counts)).components[component] == pytest.approx(expected, rel=1e-3)


def test_the_slowest_resource_sets_the_pace_and_the_second_is_named() -> None:
    time = time_of(counters(dram_bytes=3_352_000_000, shared_load_wavefronts=132 * 3 * 1_980_000))
    assert time.seconds == pytest.approx(3e-3)
    assert (time.bound_by, time.next_bound_by) == ("shared", "dram")


def test_resources_without_a_figure_are_left_out() -> None:
    unknown = msgspec.structs.replace(
        H100, l2_bytes_per_second=None, l1_bytes_per_clock=None, int32_lanes=None, dram_latency_cycles=None
    )
    known = set(time_of(counters(dram_bytes=1)).components)
    assert known - set(time_of(counters(), facts=unknown).components) == {
        "dram",
        "l2",
        "l1",
        "int32",
        "latency",
    }


@pytest.mark.parametrize(("blocks", "rounds"), [(1, 1), (132, 1), (133, 2), (264, 2), (265, 3)])
def test_a_tail_costs_as_much_as_a_full_round(blocks: int, rounds: int) -> None:
    per_block = 1_000_000
    time = time_of(counters(shared_load_wavefronts=blocks * per_block), shape=launch(blocks))
    assert time.seconds == pytest.approx(rounds * per_block / 1.98e9)


def test_one_warp_keeps_one_scheduler_busy() -> None:
    counts = counters(warp_instructions=1_000_000)
    alone = time_of(counts, shape=launch(1, threads=32), resident=residency(1, 1))
    assert alone.components["issue"] == pytest.approx(1_000_000 / 1.98e9)


@pytest.mark.parametrize("stride", [1, 2, 4, 8, 16, 32])
def test_useful_bandwidth_falls_with_the_stride_until_every_thread_has_a_sector(stride: int) -> None:
    shape = launch()
    counts = streaming_read(shape.blocks, 8, stride)
    bandwidth = useful_bandwidth(time_of(counts), counts)
    assert bandwidth == pytest.approx(H100.dram_bytes_per_second / min(stride, 8), rel=0.1)


@pytest.mark.parametrize("ways", [1, 2, 4, 8, 16, 32])
def test_bank_conflicts_cost_in_proportion_to_wavefronts(ways: int) -> None:
    requests = 10**9
    counts = counters(
        warp_instructions=2 * requests, shared_load_requests=requests, shared_load_wavefronts=ways * requests
    )
    assert time_of(counts).seconds == pytest.approx(ways * requests / 132 / 1.98e9, rel=1e-3)


@pytest.mark.parametrize("paths", [1, 2, 4, 8, 16, 32])
def test_divergence_costs_in_proportion_to_paths(paths: int) -> None:
    def seconds(paths: int) -> float:
        work = 10**9 * paths
        return time_of(counters(warp_instructions=work, instruction_mix={"fp32": work})).seconds

    assert seconds(paths) == pytest.approx(paths * seconds(1), rel=0.01)


MEASURED_READ_GIGABYTES_PER_SECOND = [
    ("v100-pcie", 16, 490),
    ("v100-pcie", 32, 746),
    ("v100-pcie", 64, 866),
    ("a100-80gb", 16, 619),
    ("a100-80gb", 32, 1122),
    ("a100-80gb", 64, 1769),
    ("h100-pcie", 16, 702),
    ("h100-pcie", 32, 1261),
    ("h100-pcie", 64, 1942),
    ("h200", 16, 935),
    ("h200", 32, 1707),
    ("h200", 64, 2756),
]
"""GPU, resident warps, and what RRZE-HPC/gpu-benches@1038c5d, gpu-stream, read with them."""


@pytest.mark.parametrize(("name", "warps", "gigabytes_per_second"), MEASURED_READ_GIGABYTES_PER_SECOND)
def test_bandwidth_against_occupancy_is_near_what_was_measured(
    name: str, warps: int, gigabytes_per_second: float
) -> None:
    facts = entry(name)
    shape = launch(blocks=facts.multiprocessors * 2 * 50, threads=warps * 16)
    counts = streaming_read(shape.blocks, warps // 2)
    time = time_of(counts, facts=facts, shape=shape, resident=residency(2, warps // 2))
    assert useful_bandwidth(time, counts) == pytest.approx(gigabytes_per_second * 1e9, rel=0.25)


def test_more_loads_in_flight_saturate_at_less_occupancy() -> None:
    def saturating_warps(loads_in_flight: int) -> int:
        for warps in range(1, 65):
            shape = launch(blocks=132 * warps * 100, threads=32)
            counts = streaming_read(shape.blocks, 1)
            time = time_of(counts, shape=shape, resident=residency(warps, 1), loads_in_flight=loads_in_flight)
            if time.bound_by == "dram":
                return warps
        return 65

    warps = [saturating_warps(loads) for loads in (1, 2, 4, 8)]
    assert warps[0] > 32
    assert all(second < first for first, second in pairwise(warps))


COUNTS = [
    "warp_instructions",
    "global_load_requests",
    "global_load_sectors",
    "global_store_sectors",
    "global_atomic_sectors",
    "shared_load_wavefronts",
    "shared_store_wavefronts",
    "shared_atomic_wavefronts",
    "local_load_requests",
    "local_store_requests",
    "texture_requests",
    "texture_sectors",
    "surface_load_requests",
    "surface_store_sectors",
    "dram_bytes",
]


@given(
    counts=st.fixed_dictionaries({name: st.integers(0, 10**10) for name in COUNTS}),
    grown=st.sampled_from(COUNTS),
    more=st.integers(1, 10**10),
    blocks=st.integers(1, 10**5),
    blocks_per_sm=st.integers(1, 8),
)
def test_more_work_is_never_faster(
    counts: dict[str, int], grown: str, more: int, blocks: int, blocks_per_sm: int
) -> None:
    def time(counts: dict[str, int]) -> KernelTime:
        return time_of(counters(**counts), shape=launch(blocks), resident=residency(blocks_per_sm))

    less, greater = time(counts), time(counts | {grown: counts[grown] + more})
    assert greater.seconds >= less.seconds
    assert all(greater.components[name] >= value for name, value in less.components.items())


@given(
    requests=st.integers(1, 10**9),
    blocks=st.integers(1, 10**5),
    blocks_per_sm=st.integers(1, 7),
    loads=st.integers(1, 8),
)
def test_more_parallelism_is_never_slower(requests: int, blocks: int, blocks_per_sm: int, loads: int) -> None:
    counts = counters(global_load_requests=requests, dram_bytes=128 * requests)
    shape = launch(blocks)
    base = time_of(counts, shape=shape, resident=residency(blocks_per_sm), loads_in_flight=loads)
    fuller = time_of(counts, shape=shape, resident=residency(blocks_per_sm + 1), loads_in_flight=loads)
    deeper = time_of(counts, shape=shape, resident=residency(blocks_per_sm), loads_in_flight=loads + 1)
    assert max(fuller.seconds, deeper.seconds) <= base.seconds


def test_every_catalogued_gpu_can_be_modelled() -> None:
    for name in names():
        facts = entry(name)
        resident = occupancy(
            compute_capability=facts.compute_capability, registers_per_thread=32, threads_per_block=256
        )
        counts = streaming_read(launch().blocks, 8)
        time = modelled_time(facts, launch(), resident, counts)
        assert useful_bandwidth(time, counts) <= facts.dram_bytes_per_second
