"""Single points of the shipped probes on emulated GPUs: right answers, and counts that have closed forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.probe import Probe
from tests.probing.points import changed, point, shipped
from tests.probing.test_closed_forms import PROBES as PROBES_OF_WHOLE_CURVES

PROBES = [probe for probe in load_probes(None) if probe.name not in PROBES_OF_WHOLE_CURVES]
SWEEPS = [(probe, sweep.name) for probe in PROBES for sweep in probe.declaration.sweeps]


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
    assert point(open_device("emulated:v100"), probe, probe.declaration.sweeps[0].name).reasons == []


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
