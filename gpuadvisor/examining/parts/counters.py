"""The permission to read hardware counters.

NVIDIA, "ERR_NVGPUCTRPERM: Permission issue with Performance Counters": since driver 418.43 administrators
alone may, unless the module's option NVreg_RestrictProfilingToAdminUsers is 0 (it shows as
`RmProfilingAdminOnly` in /proc/driver/nvidia/params); on Linux CAP_SYS_ADMIN, since 565 CAP_PERFMON too.
"""

import re

from gpuadvisor.examining.host import Host
from gpuadvisor.examining.looks.nvidia import Nvidia
from gpuadvisor.model.doctor import Part, Status

SYS_ADMIN, PERFMON = 21, 38
"""Bits of the capability sets (linux/capability.h)."""
PERFMON_DRIVER = 565
WHOLE_RANGE = "4294967295"
REMEDY = (
    "as root: echo 'options nvidia NVreg_RestrictProfilingToAdminUsers=0' "
    "> /etc/modprobe.d/nvidia-counters.conf, then restart; or run as root (a container: --cap-add=SYS_ADMIN)"
)


def counters(host: Host, nvidia: Nvidia) -> Part:
    """Say whether this user may read them."""
    restricted = _is_restricted(host)
    if not nvidia.gpus:
        return _part("missing", "no GPU whose counters could be read")
    if restricted is None:
        return _part("warning", "the driver does not tell who may read them", "try `ncu --query-metrics`")
    if not restricted:
        return _part("ok", "everybody may read them")
    if _is_privileged(host, nvidia.driver_version):
        return _part("ok", "administrators alone may read them, and this process is one")
    return _part("missing", "administrators alone may read them (ERR_NVGPUCTRPERM)", REMEDY)


def _part(status: Status, summary: str, remedy: str | None = None) -> Part:
    return Part(
        name="counters",
        title="Hardware counters",
        group="profilers",
        status=status,
        summary=summary,
        remedy=remedy,
    )


def _is_restricted(host: Host) -> bool | None:
    parameters = host.text("/proc/driver/nvidia/params") or ""
    match = re.search(r"^RmProfilingAdminOnly:\s*(\d+)", parameters, re.MULTILINE)
    return None if match is None else match[1] != "0"


def _is_privileged(host: Host, driver_version: str | None) -> bool:
    """Return whether the kernel module takes this process for an administrator.

    It asks of the whole machine: within a user namespace of its own, as in rootless containers, not even
    root is one (user_namespaces(7)); /proc/self/uid_map shows whether this is one.
    """
    effective = re.search(r"^CapEff:\s*([0-9a-f]+)", host.text("/proc/self/status") or "", re.MULTILINE)
    if effective is None or (host.text("/proc/self/uid_map") or "").split() != ["0", "0", WHOLE_RANGE]:
        return False
    held = int(effective[1], 16)
    major = int((driver_version or "0").partition(".")[0])
    return bool(held >> SYS_ADMIN & 1 or (major >= PERFMON_DRIVER and held >> PERFMON & 1))
