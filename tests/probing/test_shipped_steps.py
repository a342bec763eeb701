"""The shipped probes of host code on emulated GPUs: right answers, closed forms of the model, real sizes."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.advising import host_curves
from gpuadvisor.devices.catalog import entry
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.plan import scope_at
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.room import ON_DEVICE, ON_HOST
from gpuadvisor.probing.run import run_probes
from gpuadvisor.probing.selection import points_on, select
from gpuadvisor.probing.steps_plan import buffers_of, needs_of
from gpuadvisor.probing.vocabulary import SIZES
from tests.probing.points import changed, point, shipped

GIB = 1 << 30
ABILITIES = ["peer", "managed", "cooperative", "programmatic", "matrix_library"]
PROBES = [probe for probe in load_probes(None) if any(sweep.steps for sweep in probe.declaration.sweeps)]
SWEEPS = [(probe, sweep) for probe in PROBES for sweep in probe.declaration.sweeps]
LEFT_OUT = {
    ("launch_latency", "cooperative"),
    ("launch_latency", "programmatic"),
    ("matrix_library", "double"),
    ("matrix_library", "half"),
    ("matrix_library", "single"),
    ("transfers", "to_peer"),
    ("unified_memory", "first_touch"),
    ("unified_memory", "prefetched"),
    ("unified_memory", "resident"),
}
"""What an emulated GPU does not have."""
REAL = msgspec.structs.replace(entry("h100"), id="cuda:0", kind="cuda", abilities=ABILITIES)


def name_of(each: Probe | SweepDeclaration) -> str:
    return each.name


@pytest.fixture(scope="module")
def h100() -> Iterator[Device]:
    device = open_device("emulated:h100")
    yield device
    device.close()


def test_what_an_emulated_gpu_leaves_out_is_named(h100: Device) -> None:
    selections = select(h100.facts, PROBES, None, quick=False)
    assert {(each.probe.name, sweep) for each in selections for sweep in each.without} == LEFT_OUT


@pytest.mark.parametrize(("probe", "sweep"), SWEEPS, ids=name_of)
def test_the_largest_point_of_every_sweep_is_valid(
    probe: Probe, sweep: SweepDeclaration, h100: Device
) -> None:
    if (probe.name, sweep.name) in LEFT_OUT:
        assert points_on(h100.facts, probe, sweep) == []
    else:
        last = points_on(h100.facts, probe, sweep)[-1]
        assert point(h100, probe, sweep.name, last).reasons == []


@pytest.mark.parametrize(
    ("probe", "sweep", "old", "new"),
    [
        ("launch_latency", "single", "place + 1;", "place + 2;"),
        ("graph_launch", "nodes", "node + 1", "node"),
        ("kernel_fusion", "chain", "3 * from", "5 * from"),
        ("kernel_fusion", "fused", "number < links", "number + 1 < links"),
        ("concurrent_kernels", "streams", "step < steps", "step + 1 < steps"),
        ("copy_overlap", "chunks", "first + blockIdx.x", "blockIdx.x"),
        ("zero_copy", "in_place", "element.z + element.w", "element.z + element.z"),
        ("zero_copy", "written", "4 * index + 3", "4 * index + 2"),
        ("unified_memory", "copied", "round < rounds", "round + 1 < rounds"),
    ],
)
def test_a_kernel_that_does_something_else_is_caught(
    probe: str, sweep: str, old: str, new: str, h100: Device, tmp_path: Path
) -> None:
    declared = changed(probe, old, new, tmp_path)
    sweeps = {each.name: each for each in declared.declaration.sweeps}
    found = point(h100, declared, sweep, points_on(h100.facts, declared, sweeps[sweep])[-1])
    assert not found.valid
    assert "wrong answer" in found.reasons[0]


@pytest.mark.parametrize(
    ("probe", "sweep", "parameters", "values"),
    [
        # 0.83 of 63.015 GB/s and 2.4 us; the host's copy adds 1 / 5.7 GB/s, its wait makes 10 us of them.
        (
            "transfers",
            "pinned_to_device",
            {"bytes": 1 << 20},
            {"seconds_per_copy": 2.4e-6 + (1 << 20) / (0.83 * 63.015e9)},
        ),
        (
            "transfers",
            "pageable_to_device",
            {"bytes": 1 << 20},
            {"seconds_per_copy": 10e-6 + (1 << 20) * (1 / (0.83 * 63.015e9) + 1 / 5.7e9)},
        ),
        ("transfers", "within_device", {"bytes": 1024}, {"seconds_per_copy": 2.4e-6 + 2048 / 3352e9}),
        ("launch_latency", "back_to_back", {"launches": 8}, {"seconds_per_launch": 2.4e-6}),
        ("launch_latency", "single", {"blocks": 16}, {"latency": 5e-6}),
        ("graph_launch", "nodes", {"nodes": 16}, {"seconds_per_node": 1.2e-6 + 2.5e-6 / 16}),
        ("kernel_fusion", "chain", {"links": 8, "words": 4096}, {"seconds_per_link": 2.4e-6}),
        ("kernel_fusion", "fused", {"links": 8, "words": 4096}, {"seconds_per_link": 2.4e-6 / 8}),
    ],
)
def test_what_is_modelled(
    probe: str, sweep: str, parameters: dict[str, int], values: dict[str, float], h100: Device
) -> None:
    found = point(h100, shipped(probe), sweep, parameters)
    assert {name: found.values[name] for name in values} == pytest.approx(values, rel=1e-6)


@pytest.mark.parametrize(
    ("probe", "sweep"),
    [
        ("concurrent_kernels", "streams"),
        ("zero_copy", "in_place"),
        ("zero_copy", "copied_first"),
        ("allocation", "plain"),
        ("allocation", "ordered"),
        ("unified_memory", "copied"),
    ],
)
def test_an_emulated_device_does_not_make_up_what_its_model_lacks(
    probe: str, sweep: str, h100: Device
) -> None:
    assert point(h100, shipped(probe), sweep).values == {}


def test_streams_and_chunks_overlap_in_the_model(h100: Device) -> None:
    probe = shipped("copy_overlap")
    found = {
        (streams, chunks): point(h100, probe, "chunks", {"streams": streams, "chunks": chunks}).values
        for streams, chunks in ((1, 4), (4, 4))
    }
    assert found[4, 4]["bandwidth"] > 1.5 * found[1, 4]["bandwidth"]


def test_a_quick_run_gives_rules_their_curves(h100: Device) -> None:
    profile = run_probes(h100, ["transfers", "launch_latency", "graph_launch"], quick=True)
    assert host_curves.launch_seconds(profile) == pytest.approx(2.4e-6)
    assert host_curves.launch_latency_seconds(profile) == pytest.approx(5e-6)
    assert host_curves.graph_node_seconds(profile) == pytest.approx(1.2e-6, rel=0.2)
    for direction in ("to_device", "to_host"):
        pinned = host_curves.pinned_bandwidth(profile, 1e9, direction)
        pageable = host_curves.pageable_bandwidth(profile, 1e9, direction)
        assert pinned is not None
        assert pageable is not None
        assert 5 < pinned / pageable < 15
    found = {result.name: result.without for result in profile.probes}
    assert found["transfers"] == {"to_peer": "an emulated GPU has no second one beside it"}
    assert found["graph_launch"] == {}


def sizes(facts: DeviceFacts, probe: Probe, sweep: SweepDeclaration) -> list[dict[str, int]]:
    """Return the bytes at each place, by point."""
    found = []
    for parameters in points_on(facts, probe, sweep):
        scope = scope_at(facts, probe, sweep, parameters)
        here: dict[str, int] = {}
        for buffer in buffers_of(probe, sweep):
            size_bytes = scope.integer(buffer.name, buffer.count) * SIZES[f"{buffer.type}_bytes"]
            here[buffer.place] = here.get(buffer.place, 0) + size_bytes
        found.append(here)
    return found


@pytest.mark.parametrize(("probe", "sweep"), SWEEPS, ids=name_of)
def test_no_probe_takes_much_memory_on_a_real_gpu(probe: Probe, sweep: SweepDeclaration) -> None:
    assert set(needs_of(probe, sweep)) <= set(ABILITIES)
    for by_place in sizes(REAL, probe, sweep):
        assert sum(by_place.get(place, 0) for place in ON_HOST) <= GIB
        assert sum(by_place.get(place, 0) for place in ON_DEVICE) <= 2 * GIB


def test_copies_go_from_a_kibibyte_to_a_gibibyte_on_a_real_gpu() -> None:
    probe = shipped("transfers")
    for sweep in probe.declaration.sweeps[:4]:
        found = [parameters["bytes"] for parameters in points_on(REAL, probe, sweep)]
        assert (min(found), max(found)) == (1024, GIB)
    (selection,) = select(REAL, [probe], None, quick=True)
    assert max(parameters["bytes"] for _, points in selection.sweeps for parameters in points) == 1 << 24


def test_zero_copy_reads_four_times_what_l2_holds() -> None:
    probe = shipped("zero_copy")
    (by_place,) = sizes(REAL, probe, probe.declaration.sweeps[2])
    assert by_place["pinned"] >= 4 * REAL.l2_bytes
