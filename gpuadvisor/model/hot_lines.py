"""Which source lines of a kernel deserve to be looked at."""

from gpuadvisor.model.counters import Counts, LineCounts
from gpuadvisor.model.kernel import KernelProfile

HOT_SHARE = 0.25
SPLITTING_SHARE = 0.05
"""Where fewer of a kernel's branches diverge, no line is hot for that."""


def hot_lines(kernel: KernelProfile, limit: int = 3) -> list[LineCounts]:
    """Return at most `limit` lines, the hottest first.

    A line's heat is the largest share it has of any of the kernel's costs: instructions issued, global
    sectors moved, shared-memory wavefronts, divergent branches where those are no rarity. A line below
    `HOT_SHARE` of all of them is not hot.
    """
    if kernel.counters is None:
        return []
    totals = _costs(kernel.counters)
    if kernel.counters.divergent_branches < SPLITTING_SHARE * kernel.counters.branches:
        totals = (*totals[:-1], 0)

    def heat(line: LineCounts) -> float:
        return max(cost / total if total else 0.0 for cost, total in zip(_costs(line), totals, strict=True))

    hot = [line for line in kernel.lines if heat(line) >= HOT_SHARE]
    return sorted(hot, key=heat, reverse=True)[:limit]


def _costs(counts: Counts) -> tuple[int, int, int, int]:
    return (
        counts.warp_instructions,
        counts.global_load_sectors + counts.global_store_sectors + counts.global_atomic_sectors,
        counts.shared_load_wavefronts + counts.shared_store_wavefronts + counts.shared_atomic_wavefronts,
        counts.divergent_branches,
    )
