"""Facts about how much a kernel did in all: totals over the grid, from its counters."""

from gpuadvisor.advising.catalogue.counters import counters
from gpuadvisor.advising.fact import Fact
from gpuadvisor.model.counters import KernelCounters

_TOTALS = {
    "thread_instructions": ("instructions", "Thread instructions executed"),
    "global_load.sectors": ("sectors", "32-byte sectors that global loads touch"),
    "global_store.sectors": ("sectors", "32-byte sectors that global stores touch"),
    "global_atomic.sectors": ("sectors", "Sectors counted for atomics on global memory"),
    "shared_load.wavefronts": ("wavefronts", "Passes that shared loads need"),
    "shared_store.wavefronts": ("wavefronts", "Passes that shared stores need"),
    "shared_atomic.wavefronts": ("wavefronts", "Passes that shared atomics need"),
    "texture.requests": ("requests", "Warp-level texture fetches"),
    "texture.sectors": ("sectors", "Sectors that texture fetches touch, with arrays row by row"),
    "surface_load.sectors": ("sectors", "Sectors that surface loads touch, with arrays row by row"),
    "surface_store.sectors": ("sectors", "Sectors that surface stores touch, with arrays row by row"),
    "surface_atomic.sectors": ("sectors", "Sectors counted for atomics on surfaces"),
    "barriers": ("barriers", "Block barriers that warps executed"),
}


def _total(name: str, unit: str, meaning: str) -> Fact:
    field = name.replace(".", "_")

    def read(part: KernelCounters) -> int:
        count: int = getattr(part, field)
        return count

    return counters.fact(name, "int", unit, f"{meaning}, over the grid", read)


FACTS = (
    *(_total(name, unit, meaning) for name, (unit, meaning) in _TOTALS.items()),
    counters.fact(
        "dram_bytes",
        "int",
        "bytes",
        "Bytes of the distinct global sectors read, plus those written",
        lambda part: part.dram_bytes,
    ),
    counters.fact(
        "fp64_instructions",
        "int",
        "instructions",
        "Double-precision warp instructions",
        lambda part: part.instruction_mix.get("fp64", 0),
    ),
    counters.fact(
        "division_instructions",
        "int",
        "instructions",
        "Warp instructions that divide or take a remainder, root or reciprocal as IEEE 754 rounds it: the "
        "machine runs a sequence for each",
        lambda part: part.division_instructions,
    ),
)
