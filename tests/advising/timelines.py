"""Made-up runs with round numbers."""

from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import (
    ApiCalls,
    CopyActivity,
    Gaps,
    KernelActivity,
    Steps,
    TimelineDevice,
    TimelineProfile,
)


def gaps(cause: str, seconds: float, at_least: float = 0.0, below: float | None = 10e-6) -> Gaps:
    return Gaps(
        cause=cause,  # type: ignore[arg-type]
        at_least_seconds=at_least,
        below_seconds=below,
        count=10,
        total_seconds=seconds,
    )


def kernel(name: str, count: int, each: float) -> KernelActivity:
    return KernelActivity(
        name=name,
        count=count,
        total_seconds=count * each,
        median_seconds=each,
        max_seconds=each,
        communication=name.startswith("nccl"),
    )


def run() -> TimelineProfile:
    """Ten seconds on one GPU: six of kernels, one of copies beside none of them."""
    return TimelineProfile(
        tool=Tool(version="1"),
        provenance=Provenance.IMPORTED_KINETO,
        source="trace.json",
        rank=0,
        world_size=2,
        span_seconds=12.0,
        devices=[
            TimelineDevice(index=0, name="A10", span_seconds=10.0, busy_seconds=7.0, kernel_seconds=6.0)
        ],
        kernels=[
            kernel("gemm[/x]", 100, 0.045),
            kernel("ncclDevKernel", 10, 0.149),
            kernel("add", 2000, 5e-6),
        ],
        copies=[
            CopyActivity(
                kind="host-to-device", host_memory="pageable", count=12, total_bytes=3 * 2**30,
                total_seconds=0.8, max_seconds=0.1, sizes={"32 KiB": 2, "64 KiB": 1, "256 MiB": 9},
            ),
            CopyActivity(
                kind="device-to-host", host_memory="pinned", count=4, total_bytes=2**20,
                total_seconds=0.2, max_seconds=0.1, sizes={"4 B": 4},
            ),
        ],
        api_calls=[
            ApiCalls(name="cudaStreamSynchronize", count=50, total_seconds=3.0, max_seconds=1.0),
            ApiCalls(name="cudaLaunchKernel", count=2110, total_seconds=2.0, max_seconds=1e-3),
        ],
        synchronizations=[
            ApiCalls(name="cudaStreamSynchronize", count=50, total_seconds=3.0, max_seconds=1.0)
        ],
        steps=Steps(count=25, total_seconds=11.0, median_seconds=0.44, max_seconds=0.5),
        gaps=[
            gaps("synchronization", 2.0), gaps("host", 0.5), gaps("host", 0.25, 10e-3, None),
            gaps("copy", 1.0), gaps("queued", 0.15), gaps("allocator", 0.1, 10e-6, 100e-6),
        ],
        notes=["made up"],
    )  # fmt: skip
