"""Launches, and copies between host and device."""

from gpuadvisor.advising.machine.expectations import nothing, theoretical
from gpuadvisor.advising.machine.specification import Specification


def _launch(name: str, title: str, place: tuple[str, str, str]) -> Specification:
    """Return what a kernel that does next to nothing takes; `place` is probe, sweep and metric."""
    probe, sweep, metric = place
    return Specification(
        name=f"launch.{name}",
        title=title,
        group="launch",
        probe=probe,
        metric=metric,
        unit="s",
        where={"sweep": sweep},
        better="lower",
    )


def _copy(name: str, title: str, probe: str, sweep: str, metric: str = "bandwidth") -> Specification:
    return Specification(
        name=f"transfers.{name}",
        title=title,
        group="transfers",
        probe=probe,
        metric=metric,
        unit="bytes/s",
        where={"sweep": sweep},
    )


LAUNCHES = (
    _launch("back_to_back", "kernels back to back", ("launch_latency", "back_to_back", "seconds_per_launch")),
    _launch("until_seen", "launch until its end is seen", ("launch_latency", "single", "latency")),
    _launch("graph_node", "node of a graph", ("graph_launch", "nodes", "seconds_per_node")),
    _launch("cooperative", "cooperative launch", ("launch_latency", "cooperative", "latency")),
    _launch("allocation", "cudaMalloc and cudaFree", ("allocation", "plain", "seconds_per_round")),
    _launch("pooled_allocation", "the same from a pool", ("allocation", "ordered", "seconds_per_round")),
)
TRANSFERS = (
    *(
        Specification(
            name=f"transfers.{host}_{direction}",
            title=f"{host}, {direction.replace('_', ' ')}",
            group="transfers",
            probe="transfers",
            metric="bandwidth",
            unit="bytes/s",
            where={"sweep": f"{host}_{direction}"},
            expect=theoretical("host_link_bytes_per_second") if host == "pinned" else nothing,
        )
        for host in ("pinned", "pageable")
        for direction in ("to_device", "to_host")
    ),
    _copy("both_ways", "pinned, both ways at once", "transfers", "both_ways"),
    _copy("within_device", "within the device", "transfers", "within_device", "device_bandwidth"),
    _copy("to_peer", "to another GPU", "transfers", "to_peer", "peer_bandwidth"),
    _copy("zero_copy", "kernel on pinned memory", "zero_copy", "in_place"),
    _copy("first_touch", "unified memory, first touch", "unified_memory", "first_touch"),
    _copy("prefetched", "unified memory, prefetched", "unified_memory", "prefetched"),
)
