"""How long copies and launches take on an emulated GPU: a floor, and the slowest thing the bytes pass.

Only published figures are in it. Not modelled: the speed of the host's own memory beyond one figure, NUMA,
copies that share a link with other devices.
"""

from gpuadvisor.devices.cost import LAUNCH_SECONDS
from gpuadvisor.devices.device import Place
from gpuadvisor.model.device import DeviceFacts

ACHIEVED_SHARE = 0.83
"""Of the link's theoretical rate, large copies from pinned memory: 12.35 of 15.75 GB/s on V100
(RRZE-HPC/gpu-benches, cuda-memcpy), 26.2 of 31.5 on A100 (jdh4/della-gpu-A100), 55.6 of 63.0 on generation 5
(NVIDIA/nvbandwidth): 78 to 88 %."""
QUEUED_COPY_SECONDS = LAUNCH_SECONDS
"""What a queued copy takes besides its bytes; not published, and taken to be what a queued kernel takes."""
COPY_AND_WAIT_SECONDS = 10e-6
"""What a copy that the host waits for takes besides its bytes: 1 MiB at 11.0 GB/s over a link of 12.35 GB/s
(Quadro RTX 6000, npho/cse554)."""
STAGING_BYTES_PER_SECOND = {"to_device": 5.7e9, "to_host": 4.8e9}
"""The host's own copy between pageable memory and the driver's pinned buffer: what 1 MiB takes longer than
from pinned memory, 3.75 against 11.0 GB/s and 3.4 against 12.0 (Quadro RTX 6000, npho/cse554); hosts differ.
"""
LAUNCH_AND_WAIT_SECONDS = 5e-6
"""From the call that launches a small kernel until the host sees its end: 4 to 6 us (RTX 5070 Ti,
susun-blog)."""
GRAPH_NODE_SECONDS = 1.2e-6
"""From one small kernel of a graph to the next: 1.24 us on A100, 1.20 on H200 (RRZE-HPC/gpu-benches@1038c5d,
gpu-small-kernels)."""
GRAPH_LAUNCH_SECONDS = 2.5e-6
"""The launch of a graph on the host, nearly whatever its size (NVIDIA blog, Constant Time Launch for
Straight-Line CUDA Graphs)."""

HOST = frozenset({"pinned", "pageable"})


def engine_of(source: Place, target: Place) -> str:
    """Return which part of the device does the copy; the parts work at the same time.

    One copy engine per direction of the link; a copy within device memory takes what kernels use too.
    """
    if source in HOST:
        return "to_device" if target not in HOST else "host"
    return "to_host" if target in HOST else "compute"


def copy_seconds(facts: DeviceFacts, source: Place, target: Place, size_bytes: int) -> float:
    """Return the seconds of one queued copy.

    A copy within device memory reads and writes DRAM. From or to pageable memory the host copies first or
    last, and that is taken not to overlap. Where the link of the device is not known it takes no time.
    """
    engine = engine_of(source, target)
    seconds = QUEUED_COPY_SECONDS
    if engine == "compute":
        seconds += 2 * size_bytes / facts.dram_bytes_per_second
    elif engine in STAGING_BYTES_PER_SECOND and facts.host_link_bytes_per_second is not None:
        seconds += size_bytes / (ACHIEVED_SHARE * facts.host_link_bytes_per_second)
    if "pageable" in (source, target):
        seconds += size_bytes / STAGING_BYTES_PER_SECOND.get(engine, min(STAGING_BYTES_PER_SECOND.values()))
    return seconds
