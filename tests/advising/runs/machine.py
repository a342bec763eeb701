"""The machine that simulated runs run on, as its probes would have found it."""

import msgspec

from gpuadvisor.model.machine import MachineProfile, ProbePoint
from tests.advising.profiles import machine
from tests.advising.runs.simulation import (
    COPY_SECONDS,
    LAUNCH_SECONDS,
    PAGEABLE_BYTES_PER_SECOND,
    PINNED_BYTES_PER_SECOND,
)
from tests.advising.test_host_curves import copy_of, result

SIZES = [1 << exponent for exponent in range(10, 31, 4)]
SPEEDS = {"pinned": PINNED_BYTES_PER_SECOND, "pageable": PAGEABLE_BYTES_PER_SECOND}
GRAPH_NODE_SECONDS = 1e-6


def simulated_machine(name: str = "NVIDIA A10") -> MachineProfile:
    """Return its profile: copies, launches and nodes of graphs take what they take in a simulated run."""
    copies = [
        copy_of(f"{memory}_{direction}", size, COPY_SECONDS + size / speed)
        for memory, speed in SPEEDS.items()
        for direction in ("to_device", "to_host")
        for size in SIZES
    ]
    launch = ProbePoint(
        parameters={"sweep": "back_to_back", "launches": 256}, values={"seconds_per_launch": LAUNCH_SECONDS}
    )
    node = ProbePoint(
        parameters={"sweep": "nodes", "nodes": 64}, values={"seconds_per_node": GRAPH_NODE_SECONDS}
    )
    probed = machine(
        [result("transfers", copies), result("launch_latency", [launch]), result("graph_launch", [node])]
    )
    return msgspec.structs.replace(probed, device=msgspec.structs.replace(probed.device, name=name))
