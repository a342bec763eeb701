"""The curves whose course is told in words."""

from dataclasses import dataclass, field

from gpuadvisor.advising.machine.points import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturating:
    """Curves that rise to a height: how much of the axis is enough?"""

    probe: str
    metric: str
    axis: str
    """The parameter that runs."""
    along: str | None = None
    """The metric that tells the position; else it is the parameter itself."""
    unit: str
    where: Where = field(default_factory=dict)
    place: str
    """How a position is told: `at {} occupancy`."""
    what: str
    """What saturates: `DRAM`."""
    curve: str = ""
    """How a curve is told from the others, with its parameters in braces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """Curves over the size of a working set: up to which size is it held?"""

    probe: str
    metric: str
    axis: str
    """The parameter that is the size, in KiB."""
    unit: str = "bytes"
    where: Where = field(default_factory=dict)
    what: str
    per: str = ""
    """What the metric's unit is counted for."""
    is_of_caches: bool = True
    """Whether the sizes are those of L1, L2 and what lies behind."""


SATURATING: tuple[Saturating, ...] = (
    Saturating(
        probe="occupancy",
        metric="bandwidth",
        axis="blocks",
        along="theoretical_occupancy",
        unit="fraction",
        place="at {} occupancy",
        where={"sweep": "bandwidth"},
        what="DRAM",
        curve="with {loads_in_flight} load{s} in flight",
    ),
    Saturating(
        probe="arithmetic",
        metric="operations_per_clock",
        axis="warps",
        unit="warps",
        place="at {} per multiprocessor",
        where={"sweep": "parallelism"},
        what="FP32",
        curve="with {chains} independent instruction{s} per thread",
    ),
    Saturating(
        probe="shared_memory",
        metric="bytes_per_clock",
        axis="warps",
        unit="warps",
        place="at {} per multiprocessor",
        where={"sweep": "load"},
        what="shared memory",
        curve="with loads of {width} bytes",
    ),
    Saturating(
        probe="block_size",
        metric="bandwidth",
        axis="threads",
        unit="threads per block",
        place="from {} on",
        where={"sweep": "stream"},
        what="a streaming kernel",
    ),
    Saturating(
        probe="concurrent_kernels",
        metric="kernels_per_second",
        axis="streams",
        unit="streams",
        place="over {}",
        what="the rate of small kernels",
    ),
    *(
        Saturating(
            probe="transfers",
            metric="bandwidth",
            axis="bytes",
            unit="bytes",
            where={"sweep": f"pinned_{direction}"},
            place="at {}",
            what=f"a copy {preposition} pinned memory",
        )
        for direction, preposition in (("to_device", "from"), ("to_host", "to"))
    ),
)
STEPPING: tuple[Stepping, ...] = (
    Stepping(
        probe="memory_latency",
        metric="latency",
        axis="kib",
        where={"sweep": "working_set"},
        what="latency",
    ),
    Stepping(
        probe="cache_bandwidth",
        metric="bytes_per_clock",
        axis="kib",
        where={"sweep": "l1"},
        what="bandwidth of loads through L1",
        per="per clock and multiprocessor",
    ),
    Stepping(
        probe="cache_bandwidth",
        metric="bandwidth",
        axis="kib",
        where={"sweep": "l2"},
        what="bandwidth of loads past L1",
    ),
    Stepping(
        probe="constant_memory",
        metric="latency",
        axis="kib",
        where={"sweep": "size"},
        what="latency of constants",
        is_of_caches=False,
    ),
)
