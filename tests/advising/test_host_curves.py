"""What the probes of host-side work tell rules: interpolation, bounds of the curves, points not to use."""

import pytest

from gpuadvisor.advising import host_curves
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance
from tests.advising.profiles import machine

KIB, MIB = 1 << 10, 1 << 20


def copy_of(sweep: str, size_bytes: int, seconds: float, *, valid: bool = True) -> ProbePoint:
    """Return a point of the transfers probe."""
    values = {"bandwidth": size_bytes / seconds}
    return ProbePoint(parameters={"sweep": sweep, "bytes": size_bytes}, values=values, valid=valid)


def result(name: str, points: list[ProbePoint]) -> ProbeResult:
    """Return a probe's measured result."""
    names = dict.fromkeys(name for point in points for name in point.values)
    metrics = [Metric(name=name, unit="", provenance=Provenance.MEASURED) for name in names]
    return ProbeResult(name=name, title="", metrics=metrics, points=points, seconds=1.0)


@pytest.fixture
def probed() -> MachineProfile:
    """Copies take 10 us and 1 us per KiB, from pageable memory twice that; launches 3 us, nodes 1 us."""
    copies = [
        copy_of("pinned_to_device", 1 * KIB, 11e-6),
        copy_of("pinned_to_device", 90 * KIB, 100e-6),
        copy_of("pinned_to_device", MIB, 1.0, valid=False),
        copy_of("pageable_to_device", 1 * KIB, 22e-6),
        copy_of("pageable_to_device", 90 * KIB, 200e-6),
        copy_of("pinned_to_host", 90 * KIB, 50e-6),
    ]
    launches = [
        ProbePoint(
            parameters={"sweep": "back_to_back", "launches": count}, values={"seconds_per_launch": each}
        )
        for count, each in ((8, 4e-6), (256, 3e-6))
    ]
    latency = ProbePoint(parameters={"sweep": "single", "threads": 32}, values={"latency": 7e-6})
    nodes = [ProbePoint(parameters={"sweep": "nodes", "nodes": 64}, values={"seconds_per_node": 1e-6})]
    return machine(
        [
            result("transfers", copies),
            result("launch_latency", [*launches, latency]),
            result("graph_launch", nodes),
        ]
    )


@pytest.mark.parametrize(
    ("size_bytes", "seconds"),
    [
        (0, 11e-6),  # a copy has a floor
        (512, 11e-6),
        (45.5 * KIB, 55.5e-6),  # halfway
        (90 * KIB, 100e-6),
        (900 * KIB, 1000e-6),  # the bandwidth of the largest holds
    ],
)
def test_seconds_of_a_copy(probed: MachineProfile, size_bytes: float, seconds: float) -> None:
    found = host_curves.copy_seconds(probed, "pinned", "to_device", size_bytes)
    assert found == pytest.approx(seconds)


def test_bandwidths_by_kind_and_direction(probed: MachineProfile) -> None:
    assert host_curves.pinned_bandwidth(probed, 90 * KIB) == pytest.approx(90 * KIB / 100e-6)
    assert host_curves.pageable_bandwidth(probed, 90 * KIB) == pytest.approx(90 * KIB / 200e-6)
    assert host_curves.pinned_bandwidth(probed, 90 * KIB, "to_host") == pytest.approx(90 * KIB / 50e-6)
    assert host_curves.pageable_bandwidth(probed, 90 * KIB, "to_host") is None


def test_launches_and_nodes_are_those_of_the_longest_rows(probed: MachineProfile) -> None:
    assert host_curves.launch_seconds(probed) == 3e-6
    assert host_curves.launch_latency_seconds(probed) == 7e-6
    assert host_curves.graph_node_seconds(probed) == 1e-6


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("machine.launch_seconds", 3e-6),
        ("machine.launch_latency_seconds", 7e-6),
        ("machine.graph_node_seconds", 1e-6),
        ("machine.pinned_to_device_bytes_per_second", 90 * KIB / 100e-6),
        ("machine.pageable_to_device_bytes_per_second", 90 * KIB / 200e-6),
        ("machine.pinned_to_host_bytes_per_second", 90 * KIB / 50e-6),
        ("machine.pageable_to_host_bytes_per_second", None),
    ],
)
def test_facts(probed: MachineProfile, fact: str, value: float | None) -> None:
    scene = Scene(machine=probed)
    assert CATALOGUE[fact].read(scene) == (None if value is None else pytest.approx(value))
    assert CATALOGUE[fact].provenance(scene) == Provenance.MEASURED


def test_without_the_probes_nothing_is_known() -> None:
    bare = machine([])
    assert host_curves.launch_seconds(bare) is None
    assert host_curves.graph_node_seconds(bare) is None
    assert host_curves.copy_seconds(bare, "pinned", "to_device", 1) is None
    assert host_curves.pinned_bandwidth(bare, 1) is None
