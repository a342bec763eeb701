"""Made-up profiles with round numbers, from which every fact can be worked out by hand."""

from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import (
    Access,
    BlockSizeOption,
    Branch,
    KernelProfile,
    KernelTime,
    Launch,
    Occupancy,
    Padding,
    Resources,
)
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance

CURVES = {1: [(0.25, 50.0), (0.5, 96.0), (1.0, 100.0)], 4: [(0.25, 99.0), (0.5, 100.0), (1.0, 100.0)]}


def bandwidth_point(loads: int, occupancy: float, bandwidth: float, *, valid: bool = True) -> ProbePoint:
    return ProbePoint(
        parameters={"loads_in_flight": loads, "blocks": 1},
        values={"theoretical_occupancy": occupancy, "bandwidth": bandwidth},
        valid=valid,
    )


def occupancy_probe(points: list[ProbePoint] | None = None) -> ProbeResult:
    metric = Metric(name="bandwidth", unit="bytes/s", provenance=Provenance.MODELLED)
    curves = [bandwidth_point(loads, *point) for loads, curve in CURVES.items() for point in curve]
    return ProbeResult(
        name="occupancy",
        title="Occupancy",
        metrics=[metric],
        points=curves if points is None else points,
        seconds=1.0,
    )


def machine(probes: list[ProbeResult] | None = None, device_id: str = "emulated:h100") -> MachineProfile:
    device = DeviceFacts(
        id=device_id,
        name="Test GPU",
        kind="emulated",
        provenance=Provenance.DATASHEET,
        compute_capability="9.0",
        multiprocessors=100,
        sm_clock_hz=1e9,
        memory_bytes=1 << 30,
        dram_bytes_per_second=1e12,
        l2_bytes=1 << 20,
        fp32_lanes=128,
        fp64_lanes=64,
    )
    probes = [occupancy_probe()] if probes is None else probes
    return MachineProfile(
        tool=Tool(version="0"), created="2026-01-01T00:00:00Z", device=device, probes=probes
    )


def load(line: int = 7, **changes: object) -> Access:
    fields: dict[str, object] = {
        "file": "k.cu",
        "line": line,
        "space": "global",
        "operation": "load",
        "bytes_per_thread": 4,
        "variable": "in",
        "requests": 10,
        "sectors": 40,
        "ideal_sectors": 40,
        "active_threads": 32.0,
        "lane_stride_bytes": 4,
        "base_misalignment_bytes": 0,
        "stride_bytes_used": 4,
        "distinct_bytes_per_request": 128.0,
        "pattern": "lanes 4 bytes apart",
    }
    return Access(**(fields | changes))  # type: ignore[arg-type]


def shared_load(line: int = 9, **changes: object) -> Access:
    shared: dict[str, object] = {
        "space": "shared",
        "variable": None,
        "sectors": 0,
        "ideal_sectors": 0,
        "wavefronts": 320,
        "ideal_wavefronts": 10,
        "padding": Padding(row_pitch_bytes=128, pad_bytes=4, wavefronts_per_request=1.0),
    }
    return load(line, **(shared | changes))


def branch(line: int = 5, **changes: object) -> Branch:
    fields: dict[str, object] = {
        "file": "k.cu",
        "line": line,
        "executions": 100,
        "divergent": 90,
        "active_threads": 32.0,
    }
    return Branch(**(fields | changes))  # type: ignore[arg-type]


def kernel(**changes: object) -> KernelProfile:
    fields: dict[str, object] = {
        "name": "k",
        "source": "k.cu",
        "line": 3,
        "device": "emulated:h100",
        "launch": Launch(grid=(250, 1, 1), block=(96, 1, 1), dynamic_shared_bytes=1000),
        "resources": Resources(
            compiler="nvrtc 13.5",
            compute_capability="9.0",
            registers_per_thread=40,
            static_shared_bytes=24,
            local_bytes=16,
            spill_store_bytes=4,
            spill_load_bytes=8,
            barriers=1,
        ),
        "occupancy": Occupancy(
            theoretical=0.5,
            achieved=0.4,
            blocks_per_sm=2,
            warps_per_sm=32,
            limiters=["registers"],
            better_block_sizes=[
                BlockSizeOption(threads_per_block=128, theoretical=0.75, blocks_per_sm=6),
                BlockSizeOption(threads_per_block=192, theoretical=0.625, blocks_per_sm=4),
            ],
            registers_for_next_block=32,
        ),
        "counters": KernelCounters(
            blocks_total=250,
            blocks_run=250,
            warp_instructions=1000,
            thread_instructions=16000,
            predicated_on_thread_instructions=8000,
            global_load_requests=10,
            global_load_sectors=40,
            global_load_ideal_sectors=40,
            global_store_requests=10,
            global_store_sectors=320,
            global_store_ideal_sectors=40,
            shared_load_requests=10,
            shared_load_wavefronts=320,
            shared_load_ideal_wavefronts=10,
            shared_store_requests=10,
            shared_store_wavefronts=10,
            shared_store_ideal_wavefronts=10,
            global_atomic_requests=5,
            global_atomic_sectors=160,
            shared_atomic_requests=5,
            shared_atomic_wavefronts=20,
            local_load_requests=6,
            local_store_requests=4,
            branches=100,
            divergent_branches=90,
            barriers=20,
            instruction_mix={"fp32": 600, "fp64": 100, "memory": 300},
            dram_bytes=1280,
        ),
        "accesses": [load(), shared_load()],
        "branches": [branch()],
        "loads_in_flight": 2,
        "time": KernelTime(
            provenance=Provenance.MODELLED,
            seconds=4e-3,
            bound_by="l2",
            next_bound_by="dram",
            components={
                "dram": 2e-3,
                "l2": 4e-3,
                "l1": 1e-3,
                "shared": 3e-3,
                "issue": 1e-3,
                "fp32": 1e-4,
                "fp64": 1e-4,
                "int32": 0.0,
                "special": 0.0,
                "latency": 1e-3,
                "launch": 2e-6,
            },
        ),
    }
    return KernelProfile(**(fields | changes))  # type: ignore[arg-type]
