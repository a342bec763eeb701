"""The machine's memory, and what of it the control group leaves."""

from pathlib import Path

import pytest

from gpuadvisor.examining.parts.memory import memory
from tests.examining.machines import GIB, host

MEMINFO = {"/proc/meminfo": "MemTotal:       65536000 kB\nMemFree: 1 kB\nMemAvailable:   60000000 kB\n"}
TOTAL = 65_536_000 * 1024
LIMIT = 16 * 10**9
VERSION_2 = {
    "/proc/self/cgroup": "0::/user.slice/job\n",
    "/sys/fs/cgroup/user.slice/memory.max": f"{LIMIT}\n",
    "/sys/fs/cgroup/user.slice/job/memory.max": "max\n",
}
INSIDE_A_CONTAINER = {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": f"{LIMIT}\n"}
VERSION_1 = {
    "/proc/self/cgroup": "5:cpu:/job\n4:memory:/job\n0::/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": f"{LIMIT}\n",
}
UNLIMITED = {
    "/proc/self/cgroup": "4:memory:/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
}


@pytest.mark.parametrize(
    ("files", "usable_bytes"),
    [
        ({}, TOTAL),
        (VERSION_2, LIMIT),
        (INSIDE_A_CONTAINER, LIMIT),
        (VERSION_1, LIMIT),
        (UNLIMITED, TOTAL),
    ],
)
def test_what_may_be_used_is_the_smaller_of_machine_and_control_group(
    tmp_path: Path, files: dict[str, str], usable_bytes: int
) -> None:
    part = memory(host(tmp_path, {**MEMINFO, **files}), gpu_memory_bytes=0)
    assert part.status == "ok"
    assert part.facts["usable_bytes"] == usable_bytes
    assert ("by its control group" in part.summary) == (usable_bytes == LIMIT)


def test_less_than_the_gpu_has_is_little(tmp_path: Path) -> None:
    part = memory(host(tmp_path, {**MEMINFO, **VERSION_2}), gpu_memory_bytes=80 * GIB)
    assert part.status == "warning"
    assert part.summary == "16 GB of the machine's 67.1 GB, by its control group: less than the GPU's 85.9 GB"
    assert part.remedy


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    part = memory(host(tmp_path), gpu_memory_bytes=0)
    assert part.status == "warning"
    assert "does not tell" in part.summary
