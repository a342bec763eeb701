"""Facts about the two ways out of a branch: who goes which way, and how long it is until they join."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.branch import BranchOfKernel, branch
from gpuadvisor.model.kernel import BranchPath

RARE_THREADS = 4
"""An eighth of a warp: as few threads leave seven of eight lanes without work."""
LONG_SHARE = 0.2


def _rare(part: BranchOfKernel, read: Callable[[BranchPath], float | None]) -> float | None:
    way = part.branch.rare_way
    return None if way is None else read(way)


def _rare_share(part: BranchOfKernel) -> float | None:
    way, counters = part.branch.rare_way, part.kernel.counters
    if way is None or way.warp_instructions is None or counters is None or not counters.warp_instructions:
        return None
    return way.warp_instructions / counters.warp_instructions


def _has_rare_way(part: BranchOfKernel) -> bool:
    way, share = part.branch.rare_way, _rare_share(part)
    if way is None or share is None:
        return False
    return (way.divergent_threads or 0.0) <= RARE_THREADS and share >= LONG_SHARE


def _instructions(way: BranchPath | None) -> float | None:
    return None if way is None else way.instructions


FACTS = (
    branch.fact(
        "taken_share",
        "float",
        "fraction",
        "Threads that jump over all threads that reach the branch",
        lambda part: part.branch.taken_share,
    ),
    branch.fact(
        "taken_instructions",
        "float",
        "instructions",
        "Warp instructions between the jump's target and where the ways join, for each execution in which a "
        "thread jumps; missing where none does, and where the jump leads round a loop",
        lambda part: _instructions(part.branch.taken),
    ),
    branch.fact(
        "passed_instructions",
        "float",
        "instructions",
        "The same for the threads that do not jump",
        lambda part: _instructions(part.branch.passed),
    ),
    branch.fact(
        "rare_way_threads",
        "float",
        "threads",
        "When a warp splits, the threads that go the way that fewer go, on average",
        lambda part: _rare(part, lambda way: way.divergent_threads),
    ),
    branch.fact(
        "rare_way_instructions",
        "float",
        "instructions",
        "Warp instructions on that way, for each execution in which a thread goes it; missing where it leads "
        "round a loop",
        lambda part: _rare(part, lambda way: way.instructions),
    ),
    branch.fact(
        "rare_way_share",
        "float",
        "fraction",
        "All warp instructions on that way over those of the kernel",
        _rare_share,
    ),
    branch.fact(
        "has_rare_way",
        "bool",
        "",
        f"Whether a way was found that at most {RARE_THREADS} threads go when a warp splits, and that has "
        f"{LONG_SHARE:.0%} of the kernel's warp instructions or more",
        _has_rare_way,
    ),
)
