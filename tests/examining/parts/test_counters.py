"""Who may read hardware counters."""

from pathlib import Path

import pytest

from gpuadvisor.examining.parts.counters import counters
from tests.examining.machines import gpu, host, nvidia

NOBODY, SYS_ADMIN, PERFMON = "0000000000000000", "0000000000200000", "0000004000000000"
WHOLE, NESTED = "         0          0 4294967295\n", "         0       1000          1\n"


def files(restricted: str, capabilities: str, namespace: str = WHOLE) -> dict[str, str]:
    return {
        "/proc/driver/nvidia/params": f"ResmanDebugLevel: 4294967295\nRmProfilingAdminOnly: {restricted}\n",
        "/proc/self/status": f"Name:\tpython\nCapEff:\t{capabilities}\n",
        "/proc/self/uid_map": namespace,
    }


@pytest.mark.parametrize(
    ("restricted", "capabilities", "namespace", "driver", "status"),
    [
        ("0", NOBODY, WHOLE, "580.95", "ok"),
        ("1", NOBODY, WHOLE, "580.95", "missing"),
        ("1", SYS_ADMIN, WHOLE, "550.54", "ok"),
        ("1", PERFMON, WHOLE, "565.57", "ok"),
        ("1", PERFMON, WHOLE, "560.35", "missing"),
        ("1", SYS_ADMIN, NESTED, "580.95", "missing"),
    ],
)
def test_who_may_read_them(
    tmp_path: Path, restricted: str, capabilities: str, namespace: str, driver: str, status: str
) -> None:
    machine = host(tmp_path, files(restricted, capabilities, namespace))
    part = counters(machine, nvidia(gpu(), driver_version=driver))
    assert part.status == status
    assert ("ERR_NVGPUCTRPERM" in part.summary) == (status == "missing")
    assert ("NVreg_RestrictProfilingToAdminUsers=0" in (part.remedy or "")) == (status == "missing")


def test_a_driver_that_does_not_tell_is_not_taken_for_permission(tmp_path: Path) -> None:
    assert counters(host(tmp_path), nvidia(gpu())).status == "warning"


def test_without_a_gpu_there_are_none(tmp_path: Path) -> None:
    assert counters(host(tmp_path, files("0", SYS_ADMIN)), nvidia()).status == "missing"
