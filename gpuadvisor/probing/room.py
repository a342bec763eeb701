"""No probe may take so much memory that others on the same host or GPU run out of it."""

import os
from collections.abc import Iterable
from pathlib import Path

from gpuadvisor.devices.device import Place
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError

HOST_SHARE = 1 / 8
"""Of the host's free memory: the answers and what they are compared with take several times as much."""
DEVICE_SHARE = 1 / 2
ON_HOST: frozenset[Place] = frozenset({"pinned", "pageable", "managed"})
ON_DEVICE: frozenset[Place] = frozenset({"device", "managed", "peer"})
MEMORY_FILE = Path("/proc/meminfo")


def check_room(facts: DeviceFacts, needed: Iterable[tuple[Place, int]], host_free_bytes: int | None) -> None:
    """Raise GpuAdvisorError where buffers of (place, bytes) would take too much of what is free.

    `host_free_bytes` is None where the host does not tell. All memory of an emulated device is the host's.
    """
    sizes = list(needed)
    on_host = ON_HOST | ON_DEVICE if facts.kind == "emulated" else ON_HOST
    _check("host", sizes, on_host, host_free_bytes, HOST_SHARE)
    if facts.kind == "cuda":
        free = facts.conditions.memory_free_bytes if facts.conditions else None
        _check(facts.id, sizes, ON_DEVICE, facts.memory_bytes if free is None else free, DEVICE_SHARE)


def host_free_bytes() -> int | None:
    """Return the memory that the host can give without swapping; None where it does not tell."""
    if MEMORY_FILE.is_file():
        for line in MEMORY_FILE.read_text(encoding="ascii").splitlines():
            name, _, amount = line.partition(":")
            if name == "MemAvailable":
                return int(amount.split()[0]) * 1024
    if "SC_AVPHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _check(
    where: str, sizes: list[tuple[Place, int]], places: frozenset[Place], free: int | None, share: float
) -> None:
    size_bytes = sum(size for place, size in sizes if place in places)
    if free is not None and size_bytes > share * free:
        raise GpuAdvisorError(
            f"left out: it needs {size_bytes:,} bytes of memory of {where}; {free:,} are free, "
            f"of which a probe takes at most {share:.0%}"
        )
