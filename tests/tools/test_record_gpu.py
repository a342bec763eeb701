"""Where recordings go, and which emulated GPU stands beside them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.documents import encode
from gpuadvisor.model.machine import MachineProfile, Tool
from tests.devices.fake_device import FACTS
from tests.tools.recordings import hand_made
from tools import record_gpu
from tools.record_gpu import ROOT, recording_path
from tools.recording.nearest import nearest_emulated


@pytest.mark.parametrize("name", names())
def test_every_known_gpu_is_nearest_to_itself(name: str) -> None:
    nearest = nearest_emulated(entry(name)).removeprefix("emulated:")
    assert entry(nearest).multiprocessors == entry(name).multiprocessors
    assert entry(nearest).compute_capability == entry(name).compute_capability


def test_an_unknown_gpu_gets_its_closest_generation() -> None:
    newer = msgspec.structs.replace(FACTS, compute_capability="12.1")
    assert nearest_emulated(newer) == "emulated:rtx-5090"


def test_a_recording_is_filed_by_device_date_and_driver() -> None:
    conditions = DeviceConditions(driver_version="580.159.04", cuda_driver_version="13.0")
    device = msgspec.structs.replace(FACTS, name="NVIDIA H100 80GB HBM3", conditions=conditions)
    machine = MachineProfile(tool=Tool(version="0"), created="2026-11-21T23:00:00+00:00", device=device)
    folder = ROOT / "tests" / "recorded" / "nvidia-h100-80gb-hbm3"
    assert recording_path(machine) == folder / "2026-11-21-driver-580.159.04-cuda-13.0.json"


class Runs:
    """Takes the place of programs: keeps what was asked for, writes the hand-made profile as their output."""

    def __init__(self, failing: str = "") -> None:
        self.commands: list[list[str]] = []
        self.folders: list[str | None] = []
        self.failing = failing
        self.now = 0.0

    def run(
        self, command: list[str], _: Path, environment: Mapping[str, str] = MappingProxyType({})
    ) -> str | None:
        self.commands.append(command)
        self.folders.append(environment.get("GPUADVISOR_CACHE_DIR"))
        self.now += 12.0 if len(self.commands) == 1 else 4.0
        if self.failing and self.failing in str(command):
            return "exit code 1, see log.txt"
        Path(command[command.index("--output") + 1]).write_bytes(encode(hand_made()))
        return None


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runs:
    found = Runs()
    monkeypatch.setattr(record_gpu, "_run", found.run)
    monkeypatch.setattr("time.monotonic", lambda: found.now)
    monkeypatch.setattr(record_gpu, "_copies", lambda _: {"cupy": 2.9e12})
    monkeypatch.setattr(record_gpu, "ROOT", tmp_path / "project")
    monkeypatch.setattr(record_gpu, "PAGE", tmp_path / "measurements.md")
    return found


@pytest.mark.usefixtures("runs")
def test_the_probes_profile_is_recorded_in_a_folder_of_its_own(tmp_path: Path) -> None:
    assert record_gpu.probes(tmp_path) is None
    recorded = list((tmp_path / "project" / "tests" / "recorded").glob("*/*.json"))
    assert len(recorded) == 1
    assert recorded[0].read_bytes() == (tmp_path / "machine.json").read_bytes()
    assert (tmp_path / "measurements.md").read_text().startswith("# Measurements")


def test_a_profile_that_could_not_be_had_is_not_recorded(runs: Runs, tmp_path: Path) -> None:
    runs.failing = "probe"
    assert record_gpu.probes(tmp_path) == "exit code 1, see log.txt"
    assert not (tmp_path / "project").exists()


def test_the_quick_set_is_timed_with_an_empty_cache_and_with_a_full_one(runs: Runs, tmp_path: Path) -> None:
    assert record_gpu._quick_seconds(tmp_path) == {"cold": 12.0, "warm": 4.0}
    assert all("--quick" in command for command in runs.commands)
    assert runs.folders[0] is not None
    assert runs.folders[0] == runs.folders[1]


def test_a_quick_run_that_fails_has_no_time(runs: Runs, tmp_path: Path) -> None:
    runs.failing = "quick-warm"
    assert record_gpu._quick_seconds(tmp_path) == {"cold": 12.0}


@pytest.mark.usefixtures("runs")
def test_acceptance_is_written_printed_and_its_failures_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "machine.json").write_bytes(encode(hand_made()))
    outcome = record_gpu.acceptance(tmp_path)
    printed = capsys.readouterr().err
    assert "holds       the probe copies at least as fast as cupy: 2982 against 2900 GB/s" in printed
    assert "not judged  L2 latency is within 5% of a published figure" in printed
    assert (tmp_path / "acceptance.json").exists()
    assert outcome is not None
    assert outcome.startswith("1 of ")
    assert "dram_bandwidth: standard errors" in outcome


@pytest.mark.usefixtures("runs")
def test_without_a_profile_nothing_is_accepted(tmp_path: Path) -> None:
    assert record_gpu.acceptance(tmp_path) == record_gpu.NO_MACHINE
