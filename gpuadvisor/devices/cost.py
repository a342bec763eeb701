"""How long a launch takes on an emulated GPU: what each resource would need alone, and the longest of it.

A roofline with many roofs (Williams, Waterman and Patterson, 2009): on a GPU with enough warps the
resources work at the same time, so the slowest one sets the pace. Every term only grows with the
counts it is made of. Not modelled: hits in L1 (all global, texture and surface sectors are charged to L2, and
L2 is charged its measured bandwidth), DRAM pages and refresh, the tiled order of CUDA arrays, tensor cores,
contended atomics and clocks that drop under load; the time is a lower bound where one of these matters.
"""

from dataclasses import dataclass
from math import ceil

from gpuadvisor.compiler.limits import WARP_SIZE
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import KernelTime, Launch, Occupancy
from gpuadvisor.model.provenance import Provenance

SECTOR_BYTES = 32
LINE_BYTES = 128
"""The unit of a cache: what a warp that misses brings in at least."""
SCHEDULERS = 4
"""Per multiprocessor since 7.0, one warp instruction per clock each (Jia et al., arXiv 1804.06826)."""
LOCAL_SECTORS_PER_REQUEST = 4
"""A warp's 32 words of local memory are adjacent (CUDA Programming Guide, Local Memory)."""
LAUNCH_SECONDS = 2.4e-6
"""From one small kernel to the next in a stream: 2.48 us on A100, 2.43 on H200 (RRZE-HPC/gpu-benches@1038c5d,
gpu-small-kernels). Launches overlap with the work of the kernel before, so this is a roof like the others."""


@dataclass(frozen=True, slots=True)
class _Schedule:
    """How the blocks of a launch are spread over the multiprocessors, in order and evenly."""

    blocks: int
    warps_per_block: int
    multiprocessors: int
    blocks_per_sm: int

    @property
    def busiest_share(self) -> float:
        """The part of the grid that the busiest multiprocessor runs: a tail leaves the others idle."""
        return ceil(self.blocks / self.multiprocessors) / self.blocks

    @property
    def waves(self) -> int:
        """How often the multiprocessors fill with blocks, the last time perhaps in part."""
        return ceil(self.blocks / (self.multiprocessors * self.blocks_per_sm))

    @property
    def resident_warps(self) -> int:
        """Warps on the busiest multiprocessor."""
        blocks = min(self.blocks_per_sm, ceil(self.blocks / self.multiprocessors))
        return blocks * self.warps_per_block


def modelled_time(
    facts: DeviceFacts,
    launch: Launch,
    occupancy: Occupancy,
    counters: KernelCounters,
    *,
    loads_in_flight: int = 1,
) -> KernelTime:
    """Return the modelled time of a launch with the seconds each resource would need alone.

    `occupancy` must hold at least one block per multiprocessor. `loads_in_flight` is how many
    independent global loads a thread issues before it needs the first. A resource whose figure the
    facts lack is left out.
    """
    schedule = _Schedule(
        blocks=launch.blocks,
        warps_per_block=ceil(launch.threads_per_block / WARP_SIZE),
        multiprocessors=facts.multiprocessors,
        blocks_per_sm=occupancy.blocks_per_sm,
    )
    components = {
        **_memory_seconds(facts, counters),
        **_multiprocessor_seconds(facts, schedule, counters),
        **_latency_seconds(facts, schedule, counters, loads_in_flight),
        "launch": LAUNCH_SECONDS,
    }
    slowest = sorted(components, key=lambda name: -components[name])
    return KernelTime(
        provenance=Provenance.MODELLED,
        seconds=components[slowest[0]],
        bound_by=slowest[0],
        next_bound_by=slowest[1] if components[slowest[1]] > 0 else None,
        components=components,
    )


def _memory_seconds(facts: DeviceFacts, counters: KernelCounters) -> dict[str, float]:
    """Return what the memories shared by all multiprocessors need: bytes over bandwidth.

    DRAM moves each distinct sector once, at the theoretical bandwidth, which streams reach to 85 to 99 %
    (RRZE-HPC/gpu-benches@1038c5d, gpu-stream). L2 serves every global sector.
    """
    components = {}
    if counters.dram_bytes is not None:
        components["dram"] = counters.dram_bytes / facts.dram_bytes_per_second
    if facts.l2_bytes_per_second is not None:
        components["l2"] = _global_sectors(counters) * SECTOR_BYTES / facts.l2_bytes_per_second
    return components


def _multiprocessor_seconds(
    facts: DeviceFacts, schedule: _Schedule, counters: KernelCounters
) -> dict[str, float]:
    """Return what the units inside a multiprocessor need: the busiest one's work over its rate per clock.

    Issue: a scheduler issues for the warps it has, so fewer than four resident warps leave some idle.
    L1: sectors, local memory's too, at the measured bytes per clock. Shared memory: a wavefront per
    clock (measured: 126 to 128 of 128 bytes; accel-sim-framework@2260456, GPU_Microbenchmark/output.file).
    Pipelines: a warp instruction holds a pipeline of L lanes for 32 / L clocks, however many of its
    threads are active.
    """
    clocks = {
        "issue": counters.warp_instructions / min(SCHEDULERS, schedule.resident_warps),
        "shared": float(_shared_wavefronts(counters)),
    }
    if facts.l1_bytes_per_clock is not None:
        clocks["l1"] = _l1_sectors(counters) * SECTOR_BYTES / facts.l1_bytes_per_clock
    for unit, lanes in _lanes(facts).items():
        if lanes is not None:
            clocks[unit] = counters.instruction_mix.get(unit, 0) * WARP_SIZE / lanes
    seconds_per_clock = schedule.busiest_share / facts.sm_clock_hz
    return {name: count * seconds_per_clock for name, count in clocks.items()}


def _latency_seconds(
    facts: DeviceFacts, schedule: _Schedule, counters: KernelCounters, loads_in_flight: int
) -> dict[str, float]:
    """Return what waiting for global loads takes: Little's law, bytes in flight = bandwidth x latency.

    A warp has `loads_in_flight` loads under way, then waits for them; all resident warps wait at the same
    time. So bandwidth rises with occupancy and with loads in flight until another resource is slower
    (Volkov, UC Berkeley EECS-2016-143). A load takes L2's latency; as many loads as DRAM's bytes make
    cache lines take DRAM's.
    """
    if facts.l2_latency_cycles is None or facts.dram_latency_cycles is None:
        return {}
    loads = counters.global_load_requests + counters.texture_requests + counters.surface_load_requests
    dram_loads = min(loads, (counters.dram_bytes or 0) / LINE_BYTES)
    extra_cycles = facts.dram_latency_cycles - facts.l2_latency_cycles
    cycles = loads * facts.l2_latency_cycles + dram_loads * extra_cycles
    cycles_per_warp = cycles / (schedule.blocks * schedule.warps_per_block) / loads_in_flight
    return {"latency": schedule.waves * cycles_per_warp / facts.sm_clock_hz}


def _global_sectors(counters: KernelCounters) -> int:
    return (
        counters.global_load_sectors
        + counters.global_store_sectors
        + counters.global_atomic_sectors
        + counters.texture_sectors
        + counters.surface_load_sectors
        + counters.surface_store_sectors
        + counters.surface_atomic_sectors
    )


def _l1_sectors(counters: KernelCounters) -> int:
    local_requests = counters.local_load_requests + counters.local_store_requests
    return _global_sectors(counters) + LOCAL_SECTORS_PER_REQUEST * local_requests


def _shared_wavefronts(counters: KernelCounters) -> int:
    return (
        counters.shared_load_wavefronts + counters.shared_store_wavefronts + counters.shared_atomic_wavefronts
    )


def _lanes(facts: DeviceFacts) -> dict[str, int | None]:
    return {
        "fp32": facts.fp32_lanes,
        "fp64": facts.fp64_lanes,
        "int32": facts.int32_lanes,
        "special": facts.special_function_lanes,
    }
