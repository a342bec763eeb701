"""The driver: there, absent for one of several reasons, or ill."""

from pathlib import Path

import pytest

from gpuadvisor.examining.parts.driver import driver, nvidia_cards
from tests.examining.machines import gpu, host, nvidia

CARD = {
    "/sys/bus/pci/devices/0000:3b:00.0/vendor": "0x10de\n",
    "/sys/bus/pci/devices/0000:3b:00.0/class": "0x030200\n",
}
SOUND = {
    "/sys/bus/pci/devices/0000:3b:00.1/vendor": "0x10de\n",
    "/sys/bus/pci/devices/0000:3b:00.1/class": "0x040300\n",
}
OTHER = {
    "/sys/bus/pci/devices/0000:00:02.0/vendor": "0x8086\n",
    "/sys/bus/pci/devices/0000:00:02.0/class": "0x030000\n",
}
NONE = nvidia(cuda_version=None, driver_version=None, problem="NVML Shared Library Not Found")


def test_a_driver_is_told_with_its_cuda(tmp_path: Path) -> None:
    part = driver(host(tmp_path), nvidia(gpu()))
    assert (part.status, part.remedy) == ("ok", None)
    assert part.summary == "NVIDIA 580.95.05, supports CUDA up to 13.0"
    assert part.facts == {"version": "580.95.05", "cuda_version": "13.0"}


@pytest.mark.parametrize(
    ("files", "summary", "remedy"),
    [
        ({**OTHER, **SOUND}, "none, and no NVIDIA GPU is plugged in", "--gpus all"),
        (CARD, "an NVIDIA GPU is plugged in (0000:3b:00.0), but has no driver", "install the NVIDIA driver"),
        (
            {**CARD, "/proc/driver/nvidia/version": "NVRM version: 580.95.05"},
            "its kernel module is loaded, but its library libcuda was not found",
            "NVIDIA_DRIVER_CAPABILITIES=compute,utility",
        ),
    ],
)
def test_why_there_is_no_driver(tmp_path: Path, files: dict[str, str], summary: str, remedy: str) -> None:
    part = driver(host(tmp_path, files), NONE)
    assert (part.status, part.summary) == ("missing", summary)
    assert remedy in (part.remedy or "")


def test_a_driver_that_was_updated_under_a_running_module(tmp_path: Path) -> None:
    part = driver(host(tmp_path), nvidia(driver_version=None, problem="Driver/library version mismatch"))
    assert part.status == "missing"
    assert "Driver/library version mismatch" in part.summary
    assert (part.remedy or "").startswith("restart the machine")


def test_a_driver_that_hangs(tmp_path: Path) -> None:
    silent = nvidia(
        cuda_version=None, driver_version=None, problem="did not answer within 9 s", answered=False
    )
    part = driver(host(tmp_path, CARD), silent)
    assert (part.status, part.summary) == ("missing", "did not answer within 9 s")
    assert "nvidia-smi" in (part.remedy or "")


def test_cards_are_display_controllers_of_nvidia(tmp_path: Path) -> None:
    assert nvidia_cards(host(tmp_path, {**CARD, **SOUND, **OTHER})) == ["0000:3b:00.0"]
