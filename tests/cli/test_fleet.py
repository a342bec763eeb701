import json
import sys
from pathlib import Path

import pytest

from gpuadvisor.cli.main import run
from gpuadvisor.model.documents import read
from gpuadvisor.model.machine import MachineProfile
from tests.probing.folders import write_probe

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def probes(tmp_path: Path) -> Path:
    """A folder with the probe `scale`."""
    (tmp_path / "probes").mkdir()
    write_probe(tmp_path / "probes")
    return tmp_path / "probes"


def gpuadvisor(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    monkeypatch.setattr(sys, "argv", ["gpuadvisor", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        run()
    return ended.value.code


def test_emulated_devices_are_probed_and_kept(
    probes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    output, profiles = tmp_path / "fleet.json", tmp_path / "profiles"
    given = ["scale", "--probe-dir", probes, "--devices", "2xemulated:t4", "--at-once", 2]
    assert gpuadvisor(monkeypatch, "fleet", *given, "-o", output, "--profiles", profiles) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 of 2 GPUs probed, none stands out"
    document = json.loads(output.read_text())
    assert (document["schema"], document["version"]) == ("gpuadvisor.fleet", 1)
    assert [row["device"] for row in document["rows"]] == ["emulated:t4 #0", "emulated:t4 #1"]
    assert [model["judged"] for model in document["models"]] == [False]
    kept = [read(file) for file in sorted(profiles.iterdir())]
    assert [type(profile) for profile in kept] == [MachineProfile] * 2


def test_a_device_that_takes_too_long_ends_in_inconclusive(
    probes: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    given = ["scale", "--probe-dir", probes, "--devices", "emulated:t4", "--limit", 0.05]
    assert gpuadvisor(monkeypatch, "fleet", *given, "--format", "json") == 3
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert (row["state"], row["reason"]) == ("overdue", "did not end within 0.05 s and was stopped")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--devices", "16*emulated:h100"], "is not as emulated:h100 or 16xemulated:h100"),
        (["--devices", "0xemulated:h100"], "is not as emulated:h100 or 16xemulated:h100"),
        (["--devices", "cuda:0"], "is not as emulated:h100"),
        (["--devices", "emulated:h1000"], "h100"),
        (["--scheduler", "tcp://head:8786", "--at-once", "2"], "--nthreads"),
        (["divergnce"], "did you mean 'divergence'?"),
        (["--devices", "emulated:h100", "--scheduler", "nothing"], "nothing: no scheduler answers"),
    ],
)
def test_a_mistake_is_said_without_a_traceback(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("gpuadvisor.fleet.cluster.CONNECT_SECONDS", 0.2)
    assert gpuadvisor(monkeypatch, "fleet", *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert gpuadvisor(monkeypatch, "fleet", "--devices", "emulated:h100") == 2
    assert "pip install 'gpuadvisor[fleet]'" in capsys.readouterr().err
