"""Bandwidth and latency of the levels of memory, and atomics."""

from collections.abc import Callable, Mapping

from gpuadvisor.advising.machine.expectations import published, shared_bytes_per_clock, theoretical
from gpuadvisor.advising.machine.points import Setting
from gpuadvisor.advising.machine.specification import Specification
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import Better

KIBIBYTE = 1024


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


BANDWIDTHS = (
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
)
LATENCIES = (
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
)
ATOMICS = (
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
)
