"""Facts that the trace of a few blocks tells: memory touched again, atomics that meet at addresses."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.access import AccessOfKernel, Number, access
from gpuadvisor.advising.catalogue.counters import counters
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.traffic import Contention, Reuse

HOT_LANES = 4
"""As many lanes of a request at one address are more than chance brings together in a few hundred bins."""
HOT_SHARE = 0.1


def _reuse(part: AccessOfKernel, read: Callable[[Reuse], float]) -> float | None:
    return None if part.access.reuse is None else read(part.access.reuse)


def _contention(part: AccessOfKernel, read: Callable[[Contention], Number]) -> Number | None:
    return None if part.access.contention is None else read(part.access.contention)


def _has_hot_address(part: AccessOfKernel) -> bool:
    found = part.access.contention
    return found is not None and found.mean_worst_lanes >= HOT_LANES and found.hottest_share >= HOT_SHARE


def _load_reuse(part: KernelCounters) -> float | None:
    reuse = part.load_reuse
    return None if reuse is None else reuse.ideal_sectors / reuse.block_sectors


FACTS = (
    counters.fact(
        "global_load_reuse_in_block",
        "float",
        "ratio",
        "Bytes that the global loads of a block ask for, as ideal sectors, over the bytes of the distinct "
        "sectors they touch: what a copy in shared memory could serve. From the first requests of each warp "
        "of up to three blocks; a lower bound where those are not all",
        _load_reuse,
    ),
    access.fact(
        "requests_per_sector_in_block",
        "float",
        "requests per sector",
        "How many requests of a block touch each 32-byte sector, on average, whatever cache serves them; "
        "from the first requests of each warp of up to three blocks. Global memory only",
        lambda part: _reuse(part, lambda found: found.in_block),
    ),
    access.fact(
        "requests_per_sector_in_sample",
        "float",
        "requests per sector",
        "The same over those blocks together",
        lambda part: _reuse(part, lambda found: found.in_sample),
    ),
    access.fact(
        "distinct_bytes_per_block",
        "float",
        "bytes",
        "The bytes of the different sectors of a block that those requests touch",
        lambda part: _reuse(part, lambda found: found.distinct_bytes_per_block),
    ),
    access.fact(
        "lanes_per_address",
        "float",
        "threads",
        "Active threads of a request of atomics over its different addresses, over all requests",
        lambda part: _contention(part, lambda found: found.lanes_per_address),
    ),
    access.fact(
        "worst_lanes_per_address",
        "int",
        "threads",
        "The most threads of one request of atomics at one address, in the first requests of each warp of "
        "up to three blocks",
        lambda part: _contention(part, lambda found: found.worst_lanes),
    ),
    access.fact(
        "mean_worst_lanes_per_address",
        "float",
        "threads",
        "Threads at the most wanted address of a request of atomics, on average over those requests",
        lambda part: _contention(part, lambda found: found.mean_worst_lanes),
    ),
    access.fact(
        "hottest_address_share",
        "float",
        "fraction",
        "Share of the updates of those requests that go to the one address that gets most",
        lambda part: _contention(part, lambda found: found.hottest_share),
    ),
    access.fact(
        "has_hot_address",
        "bool",
        "",
        f"Whether one address was found to get {HOT_SHARE:.0%} of the updates or more, and the most wanted "
        f"address of a request {HOT_LANES} threads or more on average",
        _has_hot_address,
    ),
)
