"""Single points of the shipped probes on emulated GPUs: right answers, and counts that have closed forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpuadvisor.devices.catalog import entry
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.plan import scope_at
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.selection import points_on
from tests.probing.points import changed, point, shipped
from tests.probing.test_closed_forms import PROBES as PROBES_OF_WHOLE_CURVES

PROBES = [probe for probe in load_probes(None) if probe.name not in PROBES_OF_WHOLE_CURVES]
SWEEPS = [(probe, sweep.name) for probe in PROBES for sweep in probe.declaration.sweeps if sweep.kernel]


@pytest.fixture(scope="module")
def h100() -> Iterator[Device]:
    device = open_device("emulated:h100")
    yield device
    device.close()


@pytest.mark.parametrize(("probe", "sweep"), SWEEPS, ids=lambda each: getattr(each, "name", each))
def test_every_sweep_begins_with_a_valid_point(probe: Probe, sweep: str, h100: Device) -> None:
    assert point(h100, probe, sweep).reasons == []


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_probe_runs_on_the_oldest_gpu_too(probe: Probe) -> None:
    v100 = open_device("emulated:v100")
    sweep = probe.declaration.sweeps[0]
    if sweep.compute_capability <= 70:
        assert point(v100, probe, sweep.name).reasons == []
    else:
        assert points_on(v100.facts, probe, sweep) == []


@pytest.mark.parametrize("name", ["arithmetic", "tensor_cores", "texture", "l2_persistence"])
def test_what_newer_gpus_have_runs_on_them(name: str) -> None:
    b200, probe = open_device("emulated:b200"), shipped(name)
    newest = max(probe.declaration.sweeps, key=lambda sweep: sweep.compute_capability)
    assert point(b200, probe, newest.name).reasons == []


def test_sides_that_the_compiler_issues_at_the_branch_are_counted_there() -> None:
    found = point(open_device("emulated:b200"), shipped("divergence"), "length")
    assert found.parameters["length"] == 1
    assert found.values["active_threads"] == 32


@pytest.mark.parametrize(
    ("probe", "sweep", "parameters", "values"),
    [
        # 32 lanes side by side touch as many sectors as their bytes fill.
        ("dram_bandwidth", "read", {"width": 4, "unroll": 8, "sixteenths": 4}, {"sectors_per_request": 4}),
        (
            "dram_bandwidth",
            "copy",
            {"width": 4, "unroll": 1, "sixteenths": 8},
            {"theoretical_occupancy": 0.5},
        ),
        ("memory_latency", "working_set", {"kib": 48}, {"sectors_per_load": 1, "loads_per_step": 1}),
        ("memory_latency", "working_set", {"kib": 4096}, {"sectors_per_load": 1, "loads_per_step": 1}),
        ("cache_bandwidth", "l1", {"kib": 96}, {"sectors_per_request": 16}),
        ("cache_bandwidth", "l2", {"kib": 1024}, {"sectors_per_request": 16}),
        # 32 banks of four bytes: an access takes as many passes as a thread has words.
        ("shared_memory", "latency", {"warps": 1}, {"wavefronts_per_access": 1}),
        ("shared_memory", "load", {"width": 8, "warps": 4}, {"wavefronts_per_access": 2}),
        ("shared_memory", "store", {"width": 16, "warps": 1}, {"wavefronts_per_access": 4}),
        # Global atomics take a sector per lane, shared ones a pass per lane that meets another.
        ("atomics", "global", {"own": 1, "addresses": 4}, {"sectors_per_access": 32}),
        ("atomics", "shared", {"own": 1, "addresses": 8}, {"wavefronts_per_access": 4}),
        (
            "atomics",
            "shared_kinds",
            {"is_float": 1, "returns": 1, "addresses": 32},
            {"wavefronts_per_access": 1},
        ),
        ("arithmetic", "convert", {"warps": 1, "chains": 1}, {"instructions_per_step": 2}),
        ("arithmetic", "parallelism", {"warps": 4, "chains": 1}, {"instructions_per_step": 1}),
        ("arithmetic", "exponential", {"warps": 32, "chains": 8}, {"instructions_per_step": 2}),
        # A loop counts, compares and jumps: once for four steps, and to set it up.
        (
            "arithmetic",
            "unrolling",
            {"warps": 32, "unroll": 4},
            {"loop_instructions_per_step": pytest.approx(3 / 4, abs=0.2)},
        ),
        ("barrier_cost", "warps", {"warps": 12}, {"barriers_per_warp": 1}),
        # The neighbour's number is worked out once, a ballot's operand every time: and, compare, vote.
        ("shuffle_vote", "reduce", {"warps": 4}, {"instructions_per_step": pytest.approx(1, abs=0.3)}),
        ("shuffle_vote", "vote", {"warps": 4}, {"instructions_per_step": pytest.approx(3, abs=0.3)}),
        ("local_memory", "words", {"words": 1024}, {"requests_per_step": 2}),
        ("tensor_cores", "fp64", {"warps": 16, "chains": 4}, {"instructions_per_step": 1}),
        # 64 sums do not fit into 64 registers, and four blocks' threads have 64 of 65,536.
        ("register_pressure", "caps", {"cap": 255}, {"spilled": 0, "instructions_per_addition": 1}),
        ("register_pressure", "caps", {"cap": 64}, {"registers": 64, "theoretical_occupancy": 0.5}),
        # A condition and its steps under predicates; a condition and a branch past them.
        ("predication", "predicated", {"length": 6, "takers": 0}, {"instructions_per_round": 7}),
        ("predication", "branched", {"length": 6, "takers": 0}, {"instructions_per_round": 2}),
        ("predication", "plain", {"length": 32, "takers": 32}, {"branches_per_round": 1}),
        ("predication", "plain", {"length": 1, "takers": 16}, {"branches_per_round": 0}),
        # One block more than two waves begins a third.
        ("waves", "waiting", {"eighths": 16, "more": 1}, {"filled": pytest.approx(2113 / 3168)}),
        # 32 words in rows of 4 lie in 8 sectors, and lanes 4 words apart in 16.
        ("texture", "tile_plain", {"across": 4}, {"sectors_per_request": 8}),
        ("texture", "stride_read_only", {"stride": 4}, {"sectors_per_request": 16}),
        ("texture", "tile_texture", {"across": 2}, {"fetches_per_read": 1}),
        ("l2_persistence", "policy", {"policy": 3, "eighths": 2}, {"sectors_per_request": 4}),
        ("sector_promotion", "hinted", {"hint": 64, "distance": 1}, {"sectors_per_load": 1}),
        # 2048 threads of a multiprocessor hold two blocks of 768, and 32 blocks of 32.
        ("block_size", "barrier", {"threads": 768}, {"theoretical_occupancy": 0.75}),
        ("block_size", "barrier", {"threads": 32}, {"theoretical_occupancy": 0.5}),
    ],
)
def test_what_is_counted(
    probe: str, sweep: str, parameters: dict[str, int], values: dict[str, float], h100: Device
) -> None:
    found = point(h100, shipped(probe), sweep, parameters)
    assert found.reasons == []
    assert {name: found.values[name] for name in values} == values


@pytest.mark.parametrize(
    ("probe", "sweep", "unknown"),
    [
        ("memory_latency", "working_set", "latency"),
        ("cache_bandwidth", "l2", "bandwidth"),
        ("shared_memory", "latency", "latency"),
        ("constant_memory", "distinct", "cycles_per_access"),
        ("atomics", "global", "operations_per_second"),
        ("arithmetic", "fp32_fma", "cycles_per_step"),
        ("barrier_cost", "warps", "cycles_per_barrier"),
        ("block_size", "barrier", "elements_per_second"),
        ("tensor_cores", "half", "multiply_adds_per_clock"),
        ("register_pressure", "caps", "additions_per_second"),
        ("predication", "plain", "cycles_per_round"),
        ("texture", "tile_texture", "bandwidth"),
        ("l2_persistence", "policy", "hit_fraction"),
        ("sector_promotion", "plain", "fetched"),
    ],
)
def test_an_emulated_device_does_not_make_up_what_its_model_lacks(
    probe: str, sweep: str, unknown: str, h100: Device
) -> None:
    declared = shipped(probe)
    assert unknown in [metric.name for metric in declared.declaration.metrics]
    assert unknown not in point(h100, declared, sweep).values


@pytest.mark.parametrize(
    ("probe", "sweep", "old", "new"),
    [
        ("dram_bandwidth", "triad", "b + 3 * c", "b + 2 * c"),
        ("memory_latency", "working_set", "5 * slot", "9 * slot"),
        ("cache_bandwidth", "l1", "round < rounds", "round < rounds - 1"),
        ("constant_memory", "size", "5u * (n)", "9u * (n)"),
        ("atomics", "global", "step < steps", "step < steps - 1"),
        ("arithmetic", "int64_multiply", "mul.lo.u64", "add.u64"),
        (
            "arithmetic",
            "bf16_fma",
            '%0, %0, %1, %1;" : "+r"(value) : "r"(operand));  // measured\n    }\n};\n#endif',
            '%0, %1, %1, %1;" : "+r"(value) : "r"(operand));\n    }\n};\n#endif',
        ),
        ("tensor_cores", "int8", "value * 0x01010101u", "value * 0x00010101u"),
        ("register_pressure", "caps", "round < rounds", "round + 1 < rounds"),
        ("predication", "plain", "takes != 0", "takes == 0"),
        ("waves", "waiting", "next + 32", "next + 64"),
        ("texture", "tile_texture", "[%1, {%2, %3}]", "[%1, {%3, %2}]"),
        ("l2_persistence", "policy", "round < rounds", "round + 1 < rounds"),
        ("sector_promotion", "plain", "place + distance) - distance", "place + distance)"),
        ("shuffle_vote", "shuffle", "threadIdx.x + 1", "threadIdx.x + 2"),
        ("local_memory", "words", "words[index] += 1", "words[index] += 2"),
    ],
)
def test_a_kernel_that_does_something_else_is_caught(
    probe: str, sweep: str, old: str, new: str, h100: Device, tmp_path: Path
) -> None:
    found = point(h100, changed(probe, old, new, tmp_path), sweep)
    assert not found.valid
    assert "wrong answer" in found.reasons[0]
    assert found.values == {}


def test_a_wave_that_is_begun_takes_a_whole_step_where_blocks_wait(h100: Device) -> None:
    waves = shipped("waves")
    found = {
        (eighths, more): point(h100, waves, "waiting", {"eighths": eighths, "more": more}).values["time"]
        for eighths, more in ((8, 0), (8, 1), (16, 0), (16, 1))
    }
    one = found[8, 0]
    assert [found[key] / one for key in ((8, 1), (16, 0), (16, 1))] == pytest.approx([2, 2, 3], rel=0.01)


def test_fewer_registers_spill_more(h100: Device) -> None:
    spilled = [
        point(h100, shipped("register_pressure"), "caps", {"cap": cap}).values["spilled"]
        for cap in (255, 64, 48, 24)
    ]
    assert spilled[0] == 0
    assert spilled == sorted(set(spilled))


@pytest.mark.parametrize(
    ("gpu", "sweep", "rate"),
    [
        # Dense rates of the data sheets over multiprocessors and clock, two operations to a multiply-add.
        ("h100", "half", 989.4e12 / (2 * 132 * 1.83e9)),
        ("a100-80gb", "bfloat16", 312e12 / (2 * 108 * 1.41e9)),
        ("a100-80gb", "tensor_float32", 156e12 / (2 * 108 * 1.41e9)),
        ("a100-80gb", "fp64", 19.5e12 / (2 * 108 * 1.41e9)),
        ("h100", "int8", 1979e12 / (2 * 132 * 1.83e9)),
        ("t4", "half_turing", 65e12 / (2 * 40 * 1.59e9)),
        ("v100", "half_wmma", 125e12 / (2 * 80 * 1.53e9)),
        ("b200", "half", 2250e12 / (2 * 148 * 1.85e9)),
        ("l4", "half", 121e12 / (2 * 58 * 2.04e9)),
    ],
)
def test_peaks_of_tensor_cores_are_those_of_data_sheets(gpu: str, sweep: str, rate: float) -> None:
    probe = shipped("tensor_cores")
    declared = next(each for each in probe.declaration.sweeps if each.name == sweep)
    scope = scope_at(entry(gpu), probe, declared, {"warps": 16, "chains": 4})
    assert scope["rate"] == pytest.approx(rate, rel=0.02)
