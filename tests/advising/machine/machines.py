"""A made-up GPU with curves such as others have published for H100-class cards, at a lower clock."""

from collections.abc import Iterable

from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.machine import Better, MachineProfile, Metric, ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance

CLOCK_HZ = 1.6e9
"""At which all its points ran: four fifths of the highest."""
DEVICE = DeviceFacts(
    id="cuda:0",
    name="Test GPU",
    kind="cuda",
    provenance=Provenance.MEASURED,
    compute_capability="9.0",
    multiprocessors=100,
    sm_clock_hz=2e9,
    memory_bytes=80 << 30,
    dram_bytes_per_second=3e12,
    l2_bytes=48 << 20,
    l2_bytes_per_second=1e13,
    l1_bytes_per_clock=125,
    fp32_lanes=128,
    fp64_lanes=64,
    fp16_lanes=256,
    int32_lanes=64,
    special_function_lanes=16,
    dram_latency_cycles=650,
    l2_latency_cycles=280,
    l1_latency_cycles=32,
    shared_latency_cycles=30,
    host_link_bytes_per_second=31.5e9,
    conditions=DeviceConditions(
        driver_version="580.65.06",
        cuda_driver_version="13.0",
        throttle_reasons=[],
        pcie_generation_maximum=4,
        pcie_lanes_maximum=16,
    ),
    sources={"l2_bytes_per_second": "somebody's measurement"},
)


def point(
    values: dict[str, float],
    reason: str | None = None,
    clock_hz: float | None = CLOCK_HZ,
    **parameters: object,
) -> ProbePoint:
    return ProbePoint(
        parameters=parameters,  # type: ignore[arg-type]
        values=values,
        sm_clock_before_hz=clock_hz,
        sm_clock_after_hz=clock_hz,
        valid=reason is None,
        reasons=[] if reason is None else [reason],
    )


def probe(
    name: str,
    metrics: dict[str, tuple[str, Better | None]],
    points: Iterable[ProbePoint],
    provenance: Provenance = Provenance.MEASURED,
) -> ProbeResult:
    return ProbeResult(
        name=name,
        title=name,
        metrics=[
            Metric(name=metric, unit=unit, better=better, provenance=provenance)
            for metric, (unit, better) in metrics.items()
        ],
        points=list(points),
        seconds=1.0,
        compiler="nvrtc 13.0",
    )


def dram(provenance: Provenance = Provenance.MEASURED, **best: float) -> ProbeResult:
    """Each sweep has its best point at a width of 16 and one at half of that."""
    return probe(
        "dram_bandwidth",
        {"bandwidth": ("bytes/s", "higher")},
        (
            point({"bandwidth": height * width / 16}, sweep=sweep, width=width)
            for sweep, height in best.items()
            for width in (8, 16)
        ),
        provenance,
    )


def latency() -> ProbeResult:
    sizes = (4, 8, 16, 32, 64, 128, 192, 256, 512, 1024, 2048, 4096, 8192, 12288, 16384, 24576, 32768, 49152,
             65536, 98304, 131072, 196608, 262144, 524288)  # fmt: skip

    def level(kib: int) -> float:
        return 32.0 if kib <= 192 else 280.0 if kib <= 24576 else 500.0 if kib <= 49152 else 660.0

    points = (point({"latency": level(kib)}, sweep="working_set", kib=kib) for kib in sizes)
    return probe("memory_latency", {"latency": ("cycles", "lower")}, points)


def arithmetic() -> ProbeResult:
    per_clock = {"fp32_fma": 127.0, "fp64_fma": 63.5, "fp16_fma": 250.0, "int32_add": 63.0, "sine": 15.9}
    throughput = [
        point({"operations_per_clock": found}, sweep=sweep, warps=32, chains=8)
        for sweep, found in per_clock.items()
    ]
    alone = [point({"cycles_per_step": 4.0}, sweep="fp32_fma", warps=1, chains=1)]
    parallel = [
        point({"operations_per_clock": min(128.0, 8.0 * warps * chains)}, sweep="parallelism", warps=warps,
              chains=chains)
        for chains in (1, 2, 4)
        for warps in (1, 2, 4, 8, 16, 32)
    ]  # fmt: skip
    metrics: dict[str, tuple[str, Better | None]] = {
        "operations_per_clock": ("operations", "higher"),
        "cycles_per_step": ("cycles", "lower"),
    }
    return probe("arithmetic", metrics, [*throughput, *alone, *parallel])


def caches() -> ProbeResult:
    l1 = [
        point({"bytes_per_clock": 124.0 if kib <= 192 else 40.0}, sweep="l1", kib=kib)
        for kib in (32, 64, 128, 192, 256, 512, 1024)
    ]
    l2 = [
        point({"bandwidth": 9e12 if kib <= 24576 else 4e12 if kib <= 49152 else 2.7e12}, sweep="l2", kib=kib)
        for kib in (1024, 4096, 16384, 24576, 32768, 49152, 65536, 131072, 262144)
    ]
    metrics: dict[str, tuple[str, Better | None]] = {
        "bandwidth": ("bytes/s", "higher"),
        "bytes_per_clock": ("bytes", "higher"),
    }
    return probe("cache_bandwidth", metrics, [*l1, *l2])


def occupancy() -> ProbeResult:
    """Bandwidth = min(loads in flight, 8) times occupancy, up to its height."""
    points = (
        point(
            {"theoretical_occupancy": blocks / 16, "bandwidth": 2.8e12 * min(1.0, loads * blocks / 20)},
            sweep="bandwidth",
            loads_in_flight=loads,
            blocks=blocks,
        )
        for loads in (1, 4)
        for blocks in (1, 2, 3, 4, 5, 6, 8, 12, 16)
    )
    metrics: dict[str, tuple[str, Better | None]] = {
        "bandwidth": ("bytes/s", "higher"),
        "theoretical_occupancy": ("fraction", None),
    }
    return probe("occupancy", metrics, points)


def profile(*probes: ProbeResult, device: DeviceFacts = DEVICE) -> MachineProfile:
    return MachineProfile(
        tool=Tool(version="0"), created="2026-01-01T00:00:00Z", device=device, probes=list(probes)
    )


def whole() -> MachineProfile:
    best = {"read": 2.79e12, "write": 2.7e12, "copy": 2.6e12, "triad": 2.55e12}
    return profile(dram(**best), latency(), arithmetic(), caches(), occupancy())
