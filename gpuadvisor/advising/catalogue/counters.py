"""Facts about what a kernel did, from its counters."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.branch import divergence_by_line
from gpuadvisor.advising.catalogue.partial import readable
from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.provenance import Provenance

Read = Callable[[KernelCounters], int]
UNITS = ("fp32", "fp64", "fp16", "int32", "special", "memory", "control", "matrix")
ARITHMETIC = ("fp32", "fp64", "fp16")
SECTOR_BYTES = 32


def _counters(scene: Scene) -> KernelCounters | None:
    counters = None if scene.kernel is None else scene.kernel.counters
    return None if counters is None else readable(counters)


counters = FactGroup[KernelCounters](
    subject="kernel", source="counters", part=_counters, provenance=lambda part: part.provenance
)


def _branching(scene: Scene) -> KernelProfile | None:
    return None if _counters(scene) is None else scene.kernel


def _branching_provenance(kernel: KernelProfile) -> Provenance:
    return Provenance.COUNTED if kernel.counters is None else kernel.counters.provenance


def _largest_share(kernel: KernelProfile) -> float:
    counts = divergence_by_line(kernel)
    return max(counts.values()) / counts.total() if counts.total() else 0.0


divergence = FactGroup[KernelProfile](
    subject="kernel", source="branches", part=_branching, provenance=_branching_provenance
)


def _count(name: str, unit: str, meaning: str, read: Read) -> Fact:
    return counters.fact(name, "int", unit, meaning, read)


def _ratio(name: str, unit: str, meaning: str, numerator: Read, denominator: Read) -> Fact:
    def read(part: KernelCounters) -> float | None:
        return numerator(part) / denominator(part) if denominator(part) else None

    return counters.fact(name, "float", unit, f"{meaning}; missing if there are none", read)


def _global(operation: str, requests: Read, sectors: Read, ideal: Read) -> tuple[Fact, ...]:
    prefix, unit = f"global_{operation}", "sectors per request"
    return (
        _count(f"{prefix}.requests", "requests", f"Warp-level global {operation} instructions", requests),
        _ratio(
            f"{prefix}.sectors_per_request",
            unit,
            f"32-byte sectors that a global {operation} touches",
            sectors,
            requests,
        ),
        _ratio(
            f"{prefix}.ideal_sectors_per_request",
            unit,
            f"The fewest sectors that could hold the bytes of a global {operation}",
            ideal,
            requests,
        ),
    )


def _shared(operation: str, requests: Read, wavefronts: Read, ideal: Read) -> tuple[Fact, ...]:
    prefix, unit = f"shared_{operation}", "wavefronts per request"
    return (
        _count(f"{prefix}.requests", "requests", f"Warp-level shared {operation} instructions", requests),
        _ratio(
            f"{prefix}.wavefronts_per_request",
            unit,
            f"Passes that a shared {operation} needs",
            wavefronts,
            requests,
        ),
        _ratio(
            f"{prefix}.ideal_wavefronts_per_request",
            unit,
            f"Passes that a shared {operation} would need without conflicts",
            ideal,
            requests,
        ),
    )


def _mix(unit: str) -> Fact:
    def read(part: KernelCounters) -> float | None:
        total = sum(part.instruction_mix.values())
        return part.instruction_mix.get(unit, 0) / total if total else None

    return counters.fact(
        f"instruction_mix.{unit}",
        "float",
        "fraction",
        f"Share of the warp instructions of kind `{unit}`",
        read,
    )


def _arithmetic(part: KernelCounters) -> int:
    return sum(part.instruction_mix.get(unit, 0) for unit in ARITHMETIC)


def _memory_requests(part: KernelCounters) -> int:
    return (
        part.global_load_requests
        + part.global_store_requests
        + part.global_atomic_requests
        + part.shared_load_requests
        + part.shared_store_requests
        + part.shared_atomic_requests
        + _local_requests(part)
    )


def _local_requests(part: KernelCounters) -> int:
    return part.local_load_requests + part.local_store_requests


FACTS = (
    counters.fact(
        "is_traced",
        "bool",
        "",
        "Whether every access and branch was traced, so that advice can name source lines; what another "
        "profiler counted is not",
        lambda part: part.known is None,
    ),
    _count(
        "warp_instructions", "instructions", "Warp instructions executed", lambda part: part.warp_instructions
    ),
    _ratio(
        "threads_per_warp_instruction",
        "threads",
        "Active threads of an executed warp instruction, of 32",
        lambda part: part.thread_instructions,
        lambda part: part.warp_instructions,
    ),
    _ratio(
        "predicated_on_threads_per_warp_instruction",
        "threads",
        "Active threads whose predicate is true, of 32",
        lambda part: part.predicated_on_thread_instructions,
        lambda part: part.warp_instructions,
    ),
    *_global(
        "load",
        lambda part: part.global_load_requests,
        lambda part: part.global_load_sectors,
        lambda part: part.global_load_ideal_sectors,
    ),
    *_global(
        "store",
        lambda part: part.global_store_requests,
        lambda part: part.global_store_sectors,
        lambda part: part.global_store_ideal_sectors,
    ),
    _count(
        "global_atomic.requests",
        "requests",
        "Warp-level atomics and reductions on global memory",
        lambda part: part.global_atomic_requests,
    ),
    _ratio(
        "global_atomic.sectors_per_request",
        "sectors per request",
        "Sectors counted for an atomic: one per lane where they all hit one address",
        lambda part: part.global_atomic_sectors,
        lambda part: part.global_atomic_requests,
    ),
    _ratio(
        "global_load_reuse",
        "ratio",
        "Bytes that global loads ask for, as ideal sectors, over the bytes of all distinct sectors that the "
        "kernel reads and writes; a lower bound where blocks were sampled",
        lambda part: SECTOR_BYTES * part.global_load_ideal_sectors,
        lambda part: part.dram_bytes or 0,
    ),
    *_shared(
        "load",
        lambda part: part.shared_load_requests,
        lambda part: part.shared_load_wavefronts,
        lambda part: part.shared_load_ideal_wavefronts,
    ),
    *_shared(
        "store",
        lambda part: part.shared_store_requests,
        lambda part: part.shared_store_wavefronts,
        lambda part: part.shared_store_ideal_wavefronts,
    ),
    _ratio(
        "shared_loads_per_store",
        "ratio",
        "Warp-level shared loads over shared stores: how often what is staged gets read",
        lambda part: part.shared_load_requests,
        lambda part: part.shared_store_requests,
    ),
    _ratio(
        "shared_loads_per_arithmetic_instruction",
        "wavefronts per instruction",
        "Passes of shared loads over floating-point warp instructions, special functions apart",
        lambda part: part.shared_load_wavefronts,
        _arithmetic,
    ),
    _count(
        "shared_atomic.requests",
        "requests",
        "Warp-level atomics on shared memory",
        lambda part: part.shared_atomic_requests,
    ),
    _ratio(
        "shared_atomic.wavefronts_per_request",
        "wavefronts per request",
        "Passes that a shared atomic needs",
        lambda part: part.shared_atomic_wavefronts,
        lambda part: part.shared_atomic_requests,
    ),
    _count(
        "local_requests",
        "requests",
        "Warp-level loads and stores of local memory in the PTX",
        _local_requests,
    ),
    _ratio(
        "local_request_share",
        "fraction",
        "Local loads and stores over all memory requests",
        _local_requests,
        _memory_requests,
    ),
    _count("branches", "branches", "Conditional branches executed, PTX level", lambda part: part.branches),
    _count(
        "divergent_branches",
        "branches",
        "Conditional branches whose threads did not all go the same way",
        lambda part: part.divergent_branches,
    ),
    _ratio(
        "divergent_branch_fraction",
        "fraction",
        "Divergent branches over branches",
        lambda part: part.divergent_branches,
        lambda part: part.branches,
    ),
    divergence.fact(
        "largest_share_of_divergence",
        "float",
        "fraction",
        "The divergent executions on the source line that has most of them, over all of them; 0 where "
        "no branch diverges",
        _largest_share,
    ),
    _ratio(
        "barriers_per_thousand_instructions",
        "barriers per 1000 instructions",
        "Block barriers per thousand warp instructions",
        lambda part: 1000 * part.barriers,
        lambda part: part.warp_instructions,
    ),
    *(_mix(unit) for unit in UNITS),
    _ratio(
        "instruction_mix.arithmetic",
        "fraction",
        "Share of the warp instructions that are floating-point arithmetic, special functions apart",
        _arithmetic,
        lambda part: sum(part.instruction_mix.values()),
    ),
)
