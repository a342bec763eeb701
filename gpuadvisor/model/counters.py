"""What a kernel did, counted as NVIDIA's counters count it (DESIGN section 4)."""

import msgspec

from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.traffic import Reuse


class Counts(msgspec.Struct, kw_only=True):
    """Totals over the whole grid, for a kernel or for one source line of it."""

    warp_instructions: int = 0
    thread_instructions: int = 0
    predicated_on_thread_instructions: int = 0
    global_load_requests: int = 0
    global_load_sectors: int = 0
    global_load_ideal_sectors: int = 0
    global_store_requests: int = 0
    global_store_sectors: int = 0
    global_store_ideal_sectors: int = 0
    shared_load_requests: int = 0
    shared_load_wavefronts: int = 0
    shared_load_ideal_wavefronts: int = 0
    shared_store_requests: int = 0
    shared_store_wavefronts: int = 0
    shared_store_ideal_wavefronts: int = 0
    global_atomic_requests: int = 0
    global_atomic_sectors: int = 0
    shared_atomic_requests: int = 0
    shared_atomic_wavefronts: int = 0
    local_load_requests: int = 0
    local_store_requests: int = 0
    texture_requests: int = 0
    texture_sectors: int = 0
    """Those of the array row by row: CUDA arrays lie in a tiled order that NVIDIA does not document."""
    texture_ideal_sectors: int = 0
    surface_load_requests: int = 0
    surface_load_sectors: int = 0
    surface_load_ideal_sectors: int = 0
    surface_store_requests: int = 0
    surface_store_sectors: int = 0
    surface_store_ideal_sectors: int = 0
    surface_atomic_requests: int = 0
    surface_atomic_sectors: int = 0
    branches: int = 0
    divergent_branches: int = 0
    barriers: int = 0


class KernelCounters(Counts, kw_only=True):
    """The counts of one launch, and how much of the grid was run to obtain them."""

    provenance: Provenance = Provenance.COUNTED
    blocks_total: int
    blocks_run: int
    """Fewer than `blocks_total` where blocks were sampled; the counts are then scaled."""
    instruction_mix: dict[str, int] = {}
    """Warp instructions by execution unit: fp32, fp64, fp16, int32, special, memory, control, matrix."""
    division_instructions: int | None = None
    """Warp instructions that divide or take a remainder, root or reciprocal as IEEE 754 rounds it."""
    dram_bytes: int | None = None
    """Bytes of distinct global sectors read, plus those written: DRAM traffic if every reuse hits a cache."""
    load_reuse: Reuse | None = None
    """Of all traced global loads together."""
    known: list[str] | None = None
    """The fields that the source tells of; the others say nothing. None: it tells of all."""

    def tells(self, *fields: str) -> bool:
        """Return whether the source tells of all these fields."""
        return self.known is None or all(field in self.known for field in fields)


class LineCounts(Counts, kw_only=True):
    """The counts of one source line."""

    file: str
    line: int
    load_reuse: Reuse | None = None
    """Of the traced global loads of the line together."""
