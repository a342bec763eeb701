"""The resources that are compared with what they should reach, and the probe's points that tell of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gpuadvisor.advising.machine.expectations import (
    Expect,
    fma_latency,
    lanes,
    link,
    nothing,
    published,
    shared_bytes_per_clock,
    shuffles_per_clock,
    theoretical,
)
from gpuadvisor.advising.machine.points import Setting, Where
from gpuadvisor.model.comparison import ResourceGroup
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import Better

Pick = Literal["best", "median"]
WhereOn = Callable[[DeviceFacts], Where]
KIBIBYTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One resource: where its figure is found, and what it should be."""

    name: str
    title: str
    group: ResourceGroup
    probe: str
    metric: str
    where: Where = field(default_factory=dict)
    where_on: WhereOn | None = None
    """Further parameters that depend on the device."""
    better: Better = "higher"
    pick: Pick = "best"
    """`median` for a latency, which is a level of several points."""
    unit: str
    """`bytes/s`, `cycles`, `operations per clock` (and multiprocessor)."""
    expect: Expect = nothing
    rate_unit: str = ""
    """Of the whole device, for what is counted per clock."""
    per_count: float = 1.0
    """Operations or bytes of the rate for each that the metric counts."""

    @property
    def per_clock(self) -> bool:
        """Whether it is counted in clocks of a multiprocessor rather than in seconds."""
        return self.unit == "cycles" or self.unit.endswith(" per clock")

    @property
    def is_expected(self) -> bool:
        """Whether it is known, for some device, what it should reach."""
        return self.expect is not nothing

    def parameters(self, device: DeviceFacts) -> Where:
        """Return what the parameters of its points are."""
        return self.where if self.where_on is None else {**self.where, **self.where_on(device)}


def _dram(sweep: str) -> Specification:
    return Specification(
        name=f"dram.{sweep}",
        title=f"DRAM {sweep}",
        group="bandwidth",
        probe="dram_bandwidth",
        metric="bandwidth",
        unit="bytes/s",
        where={"sweep": sweep},
        expect=theoretical("dram_bytes_per_second"),
    )


def _shared(sweep: str) -> Specification:
    return Specification(
        name=f"shared.{sweep}",
        title=f"shared memory {sweep}",
        group="bandwidth",
        probe="shared_memory",
        metric="bytes_per_clock",
        unit="bytes per clock",
        where={"sweep": sweep},
        expect=shared_bytes_per_clock,
        rate_unit="bytes/s",
    )


def _latency(level: str, sizes: Callable[[DeviceFacts], Callable[[Setting], bool]]) -> Specification:
    return Specification(
        name=f"latency.{level}",
        title=level.upper(),
        group="latency",
        probe="memory_latency",
        metric="latency",
        unit="cycles",
        where={"sweep": "working_set"},
        where_on=lambda device: {"kib": sizes(device)},
        better="lower",
        pick="median",
        expect=published(f"{level}_latency_cycles"),
    )


def _kibibytes(low: float, high: float) -> Callable[[Setting], bool]:
    return lambda size: not isinstance(size, str) and low <= size * KIBIBYTE <= high


def _arithmetic(
    name: str, title: str, sweep: Setting | Callable[[Setting], bool], expect: Expect, operations: float = 1.0
) -> Specification:
    return Specification(
        name=name,
        title=title,
        group="throughput",
        probe="arithmetic",
        metric="operations_per_clock",
        unit="operations per clock",
        where={"sweep": sweep},
        expect=expect,
        rate_unit="FLOP/s" if operations > 1 else "operations/s",
        per_count=operations,
    )


def _result_latency(name: str, title: str, sweep: str, expect: Expect = nothing) -> Specification:
    return Specification(
        name=f"latency.{name}",
        title=title,
        group="latency",
        probe="arithmetic",
        metric="cycles_per_step",
        unit="cycles",
        where={"sweep": sweep, "warps": 1, "chains": 1},
        better="lower",
        expect=expect,
    )


def _atomic(
    name: str, title: str, metric: str, where: Mapping[str, Setting], better: Better
) -> Specification:
    return Specification(
        name=f"atomics.{name}",
        title=title,
        group="atomics",
        probe="atomics",
        metric=metric,
        unit="cycles" if better == "lower" else "operations/s",
        where=where,
        better=better,
    )


def _launch(name: str, title: str, place: tuple[str, str, str]) -> Specification:
    """Return what a kernel that does next to nothing takes; `place` is probe, sweep and metric."""
    probe, sweep, metric = place
    return Specification(
        name=f"launch.{name}",
        title=title,
        group="launch",
        probe=probe,
        metric=metric,
        unit="s",
        where={"sweep": sweep},
        better="lower",
    )


SPECIFICATIONS = (
    *(_dram(sweep) for sweep in ("read", "write", "copy", "triad")),
    Specification(
        name="l2.read",
        title="L2 read",
        group="bandwidth",
        probe="cache_bandwidth",
        metric="bandwidth",
        unit="bytes/s",
        where={"sweep": "l2"},
        expect=published("l2_bytes_per_second"),
    ),
    Specification(
        name="l1.read",
        title="L1 read",
        group="bandwidth",
        probe="cache_bandwidth",
        metric="bytes_per_clock",
        unit="bytes per clock",
        where={"sweep": "l1"},
        expect=published("l1_bytes_per_clock"),
        rate_unit="bytes/s",
    ),
    *(_shared(sweep) for sweep in ("load", "store")),
    # A working set of 16 KiB fits every L1, one of 1 MiB none and every L2; one four times as large as L2
    # does not fit it, and up to sixteen times address translation costs nothing more.
    _latency("l1", lambda _: _kibibytes(0, 16 * KIBIBYTE)),
    _latency("l2", lambda device: _kibibytes(1024 * KIBIBYTE, max(1024 * KIBIBYTE, device.l2_bytes / 4))),
    _latency("dram", lambda device: _kibibytes(4 * device.l2_bytes, 16 * device.l2_bytes)),
    Specification(
        name="latency.shared",
        title="shared memory",
        group="latency",
        probe="shared_memory",
        metric="latency",
        unit="cycles",
        where={"sweep": "latency"},
        better="lower",
        expect=published("shared_latency_cycles"),
    ),
    Specification(
        name="latency.constant",
        title="constant memory",
        group="latency",
        probe="constant_memory",
        metric="latency",
        unit="cycles",
        where={"sweep": "size"},
        better="lower",
    ),
    _result_latency("fp32", "FP32 FMA", "fp32_fma", fma_latency),
    _result_latency("fp64", "FP64 FMA", "fp64_fma"),
    _result_latency("int32", "INT32 add", "int32_add"),
    _arithmetic("fp64", "FP64 FMA", "fp64_fma", lanes("fp64_lanes"), 2),
    _arithmetic("fp32", "FP32 FMA", "fp32_fma", lanes("fp32_lanes"), 2),
    _arithmetic("fp16", "FP16 FMA", "fp16_fma", lanes("fp16_lanes"), 2),
    _arithmetic("int32", "INT32 add", "int32_add", lanes("int32_lanes")),
    _arithmetic("int32.multiply", "INT32 multiply-add", "int32_mad", nothing),
    _arithmetic(
        "special",
        "SFU",
        lambda sweep: sweep in ("reciprocal", "reciprocal_root", "sine"),
        lanes("special_function_lanes"),
    ),
    Specification(
        name="shuffle",
        title="shuffle",
        group="throughput",
        probe="shuffle_vote",
        metric="lanes_per_clock",
        unit="lanes per clock",
        where={"sweep": "shuffle"},
        expect=shuffles_per_clock,
        rate_unit="operations/s",
    ),
    _atomic(
        "global_one_address",
        "global atomics, one address",
        "operations_per_second",
        {"sweep": "global", "own": 0, "addresses": 1},
        "higher",
    ),
    _atomic(
        "global_all_different",
        "global atomics, all different",
        "operations_per_second",
        {"sweep": "global", "own": 1, "addresses": 32},
        "higher",
    ),
    _atomic(
        "shared_one_address",
        "shared atomics, one address",
        "cycles_per_access",
        {"sweep": "shared", "own": 0, "addresses": 1},
        "lower",
    ),
    _launch("back_to_back", "kernels back to back", ("launch_latency", "back_to_back", "seconds_per_launch")),
    _launch("until_seen", "launch until its end is seen", ("launch_latency", "single", "latency")),
    _launch("graph_node", "node of a graph", ("graph_launch", "nodes", "seconds_per_node")),
    *(
        Specification(
            name=f"transfers.{host}_{direction}",
            title=f"{host}, {direction.replace('_', ' ')}",
            group="transfers",
            probe="transfers",
            metric="bandwidth",
            unit="bytes/s",
            where={"sweep": f"{host}_{direction}"},
            expect=link if host == "pinned" else nothing,
        )
        for host in ("pinned", "pageable")
        for direction in ("to_device", "to_host")
    ),
)
