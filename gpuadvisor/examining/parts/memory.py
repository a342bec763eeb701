"""The machine's memory, as much of it as this process may have."""

import re

from gpuadvisor.examining.host import Host
from gpuadvisor.examining.thresholds import memory_text
from gpuadvisor.model.doctor import Part, PartFacts, Status


def memory(host: Host, gpu_memory_bytes: int) -> Part:
    """Say how much there is; less than the largest GPU has leaves no room to stage its data."""
    total, limit = _field(host, "MemTotal"), _limit_bytes(host)
    known = [size for size in (total, limit) if size is not None]
    if not known:
        return _part("this system does not tell how much there is", "warning", None, {})
    usable = min(known)
    of_machine = (
        f" of the machine's {memory_text(total)}, by its control group" if total and usable < total else ""
    )
    available = _field(host, "MemAvailable")
    free = f", {memory_text(min(available, usable))} available" if available is not None else ""
    facts: PartFacts = {
        "usable_bytes": usable,
        "total_bytes": total,
        "available_bytes": available,
    }
    if usable < gpu_memory_bytes:
        short = f"{memory_text(usable)}{of_machine}: less than the GPU's {memory_text(gpu_memory_bytes)}"
        return _part(
            short, "warning", "load data in pieces; raise the container's limit if it has one", facts
        )
    return _part(f"{memory_text(usable)}{of_machine}{free}", "ok", None, facts)


def _part(
    summary: str,
    status: Status,
    remedy: str | None,
    facts: PartFacts,
) -> Part:
    return Part(
        name="memory",
        title="Memory",
        group="machine",
        status=status,
        summary=summary,
        remedy=remedy,
        facts=facts,
    )


def _field(host: Host, name: str) -> int | None:
    match = re.search(rf"^{name}:\s*(\d+) kB", host.text("/proc/meminfo") or "", re.MULTILINE)
    return None if match is None else int(match[1]) * 1024


def _limit_bytes(host: Host) -> int | None:
    """Return the smallest limit of the process's control group and of those around it.

    Version 2 (kernel documentation, "Control Group v2", `memory.max`); else version 1's
    `memory.limit_in_bytes`, which without a limit is more than any machine has. Inside a container
    the group is often mounted as the root itself.
    """
    groups = re.findall(r"^\d+:([^:]*):(.*)$", host.text("/proc/self/cgroup") or "", re.MULTILINE)
    limits = [_smallest(host, "/sys/fs/cgroup", path, "memory.max") for names, path in groups if not names]
    limits += [
        _smallest(host, "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
        for names, path in groups
        if "memory" in names.split(",")
    ]
    return min((limit for limit in limits if limit is not None), default=None)


def _smallest(host: Host, mount: str, group: str, file: str) -> int | None:
    parts = [part for part in group.split("/") if part]
    folders = ["/".join((mount, *parts[:depth])) for depth in range(len(parts) + 1)]
    texts = [(host.text(f"{folder}/{file}") or "").strip() for folder in folders]
    return min((int(text) for text in texts if text.isdecimal()), default=None)
