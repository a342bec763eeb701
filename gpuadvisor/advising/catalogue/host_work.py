"""Facts about the machine: what its probes of host-side work found."""

from collections.abc import Callable

from gpuadvisor.advising import host_curves
from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.advising.host_curves import Direction, Host
from gpuadvisor.model.machine import MachineProfile


def _group(probe: str, metric: str) -> FactGroup[MachineProfile]:
    return FactGroup[MachineProfile](
        subject="machine",
        source=f"{probe} probe",
        part=lambda scene: scene.machine,
        provenance=lambda machine: host_curves.provenance_of(machine, probe, metric),
    )


def _time(
    name: str, place: tuple[str, str, str], meaning: str, read: Callable[[MachineProfile], float | None]
) -> Fact:
    probe, _, metric = place
    return _group(probe, metric).fact(name, "float", "s", meaning, read)


def _bandwidth(host: Host, direction: Direction, meaning: str) -> Fact:
    return _group(host_curves.TRANSFERS, host_curves.BANDWIDTH).fact(
        f"{host}_{direction}_bytes_per_second",
        "float",
        "bytes/s",
        f"{meaning}, at the size of copy where it is highest",
        lambda machine: host_curves.best_bandwidth(machine, host, direction),
    )


FACTS = (
    _time(
        "launch_seconds",
        host_curves.LAUNCHES,
        "What a kernel that does next to nothing takes when many run back to back on a stream",
        host_curves.launch_seconds,
    ),
    _time(
        "launch_latency_seconds",
        host_curves.LATENCY,
        "What a kernel that does next to nothing takes from the call that launches it until the host sees "
        "its end",
        host_curves.launch_latency_seconds,
    ),
    _time(
        "graph_node_seconds",
        host_curves.GRAPHS,
        "What a kernel that does next to nothing takes as one of many nodes in a row of a CUDA graph",
        host_curves.graph_node_seconds,
    ),
    _bandwidth("pinned", "to_device", "Copies from pinned memory of the host"),
    _bandwidth("pinned", "to_host", "Copies to pinned memory of the host"),
    _bandwidth("pageable", "to_device", "Copies from pageable memory of the host"),
    _bandwidth("pageable", "to_host", "Copies to pageable memory of the host"),
)
