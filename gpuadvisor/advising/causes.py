"""The causes of waste that a gain can ask to be without: which components shrink, and to what share.

Each takes the case and returns the factors, or None where the profile lacks what it needs.
"""

from collections.abc import Callable, Sequence
from math import ceil

from gpuadvisor.advising.what_if import Case, Factors
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import Access

SECTOR_BYTES = 32
LOCAL_SECTORS_PER_REQUEST = 4
"""A warp's 32 words of local memory lie side by side (CUDA Programming Guide, Local Memory)."""
WARP_SIZE = 32
PIPES = ("issue", "fp32", "fp64", "int32", "special")
"""Components that warp instructions occupy whether or not all lanes are active."""
REGISTER_TILE = 4
"""Results of a thread in each direction of a tile: every operand it reads serves that many of them."""
PER_MULTIPROCESSOR = (*PIPES, "l1", "shared", "latency")
"""Components that an idle multiprocessor takes no share of."""


def excess_sectors(case: Case) -> Factors | None:
    """Every request touches only the sectors its bytes need.

    L1 and L2 move sectors. DRAM moves each sector once at best, so its traffic shrinks only as far as
    fewer sectors are asked for than it moves now.
    """
    everything = _global(case.kernel.accesses)
    now = sum(access.sectors for access in everything)
    excess = sum(access.sectors - access.ideal_sectors for access in _global(case.accesses) or everything)
    if not now:
        return None
    local = _local_sectors(case)
    factors = {"l1": (now + local - excess) / (now + local), "l2": (now - excess) / now}
    counters = case.kernel.counters
    if counters is not None and counters.dram_bytes:
        factors["dram"] = min(1.0, (now - excess) * SECTOR_BYTES / counters.dram_bytes)
    return factors


def bank_conflicts(case: Case) -> Factors | None:
    """Every shared request needs only the passes its bytes need."""
    everything = _shared(case.kernel.accesses)
    now = sum(access.wavefronts for access in everything)
    touched = _shared(case.accesses) or everything
    excess = sum(access.wavefronts - access.ideal_wavefronts for access in touched)
    return {"shared": (now - excess) / now} if now else None


def reloads(case: Case) -> Factors | None:
    """Global memory is asked for each sector once, and shared memory serves every load, in a pass each."""
    counters, time, machine = case.kernel.counters, case.kernel.time, case.machine
    now = sum(access.sectors for access in _global(case.kernel.accesses))
    if counters is None or time is None or machine is None or not counters.dram_bytes or not now:
        return None
    left = min(1.0, counters.dram_bytes / (SECTOR_BYTES * now))
    passes = counters.global_load_requests / machine.device.multiprocessors / machine.device.sm_clock_hz
    fewest = {"l2": left, "l1": left, "latency": max(left, _latency_of_shared_memory(machine.device))}
    return {
        name: min(1.0, max(share, passes / time.components[name]))
        for name, share in fewest.items()
        if time.components.get(name)
    }


def _latency_of_shared_memory(device: DeviceFacts) -> float:
    """Return the latency of shared memory over that of L2; 0, the least, where one of them is not known."""
    shared, l2 = device.shared_latency_cycles, device.l2_latency_cycles
    return shared / l2 if shared and l2 else 0.0


def operand_loads(case: Case) -> Factors | None:
    """Each thread computes a small tile of results, so that shared loads serve several instructions each."""
    counters = case.kernel.counters
    total = sum(access.wavefronts for access in _shared(case.kernel.accesses))
    if counters is None or not counters.warp_instructions or not total:
        return None
    saved = 1 - 1 / REGISTER_TILE
    return {
        "shared": 1 - saved * counters.shared_load_wavefronts / total,
        "issue": 1 - saved * counters.shared_load_requests / counters.warp_instructions,
    }


def divergence(case: Case) -> Factors | None:
    """Every warp instruction does 32 threads' work; for a branch, in proportion to its share."""
    counters = case.kernel.counters
    if counters is None or not counters.warp_instructions:
        return None
    idle = 1 - counters.thread_instructions / counters.warp_instructions / WARP_SIZE
    return dict.fromkeys(PIPES, 1 - idle * _share_of_divergence(case))


def rare_way(case: Case) -> Factors | None:
    """Full warps go the way out of the branch that only a few threads of each warp go now."""
    counters, way = case.kernel.counters, case.branch.rare_way if case.branch else None
    if counters is None or not counters.warp_instructions or way is None or not way.warp_instructions:
        return None
    share = way.warp_instructions / counters.warp_instructions
    threads = (way.thread_instructions or 0) / way.warp_instructions
    return dict.fromkeys(PIPES, 1 - share * (1 - threads / WARP_SIZE))


def idle_lanes(case: Case) -> Factors | None:
    """Every lane of a block's last warp has a thread."""
    threads = case.kernel.launch.threads_per_block
    return dict.fromkeys(PIPES, threads / (WARP_SIZE * ceil(threads / WARP_SIZE)))


def tail(case: Case) -> Factors | None:
    """The last wave of blocks is as full as the others, and every multiprocessor gets as many blocks."""
    if case.machine is None or case.kernel.occupancy is None:
        return None
    per_multiprocessor = case.kernel.launch.blocks / case.machine.device.multiprocessors
    resident = case.kernel.occupancy.blocks_per_sm
    if not resident:
        return None
    waves = per_multiprocessor / resident
    busiest = dict.fromkeys(PER_MULTIPROCESSOR, per_multiprocessor / ceil(per_multiprocessor))
    return busiest | {"latency": waves / ceil(waves)}


def idle_multiprocessors(case: Case) -> Factors | None:
    """The same work spreads over every multiprocessor."""
    if case.machine is None:
        return None
    share = min(1.0, case.kernel.launch.blocks / case.machine.device.multiprocessors)
    return dict.fromkeys(PER_MULTIPROCESSOR, share)


def local_memory(case: Case) -> Factors | None:
    """What lies in local memory lies in registers."""
    counters = case.kernel.counters
    if counters is None or not counters.warp_instructions:
        return None
    local = _local_sectors(case)
    sectors = local + sum(access.sectors for access in _global(case.kernel.accesses))
    requests = counters.local_load_requests + counters.local_store_requests
    issue = 1 - requests / counters.warp_instructions
    return {"issue": issue, "l1": 1 - local / sectors} if sectors else None


def double_precision(case: Case) -> Factors | None:
    """Double-precision arithmetic is done in single precision."""
    device = case.machine.device if case.machine is not None else None
    if device is None or not device.fp32_lanes or not device.fp64_lanes:
        return None
    return {"fp64": device.fp64_lanes / device.fp32_lanes}


def _local_sectors(case: Case) -> int:
    counters = case.kernel.counters
    if counters is None:
        return 0
    return LOCAL_SECTORS_PER_REQUEST * (counters.local_load_requests + counters.local_store_requests)


def _global(accesses: Sequence[Access]) -> list[Access]:
    return [access for access in accesses if access.space == "global"]


def _shared(accesses: Sequence[Access]) -> list[Access]:
    return [access for access in accesses if access.space == "shared"]


def _share_of_divergence(case: Case) -> float:
    total = sum(branch.divergent for branch in case.kernel.branches)
    return 1.0 if case.branch is None or not total else case.branch.divergent / total


CAUSES: dict[str, Callable[[Case], Factors | None]] = {
    function.__name__: function
    for function in (
        excess_sectors,
        bank_conflicts,
        reloads,
        operand_loads,
        divergence,
        rare_way,
        idle_lanes,
        tail,
        idle_multiprocessors,
        local_memory,
        double_precision,
    )
}
