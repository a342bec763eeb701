"""Work of the gate: shared out over processes, remembered, and told in order."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli import gate_work
from gpuadvisor.cli.gate import command
from tests.cli.test_gate import LAUNCH, SOURCE, edit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four kernels, of which the second has bank conflicts, and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    for number in range(4):
        (tmp_path / f"k{number}.cu").write_text(SOURCE.replace("[33]", "[32]") if number == 1 else SOURCE)
        (tmp_path / f"k{number}.toml").write_text(LAUNCH)
    (tmp_path / "gpuadvisor.toml").write_text('[[kernel]]\nsource = "k*.cu"\n')
    return tmp_path


def gate(*options: str) -> str:
    return CliRunner().invoke(command, options, standalone_mode=False, catch_exceptions=False).stdout


def baseline(folder: Path) -> str:
    gate("--update")
    return (folder / "gpuadvisor-baseline.toml").read_text()


def test_processes_find_what_one_finds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_work, "_cores", lambda: 1)
    alone = baseline(folder)
    monkeypatch.setattr(gate_work, "_cores", lambda: 2)
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(folder / "other cache"))
    assert baseline(folder) == alone
    assert alone.count("shared_load.wavefronts = 32\n") == 3
    assert alone.count("shared_load.wavefronts = 1024\n") == 1


def test_what_has_not_changed_is_not_run_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_work, "_cores", lambda: 1)
    baseline(folder)
    ran: list[str] = []
    told = gate_work._told
    monkeypatch.setattr(gate_work, "_told", lambda work, *rest: ran.append(work.title) or told(work, *rest))
    assert json.loads(gate("--format", "json"))["checks"] == []
    assert ran == []
    edit(folder / "k2.cu", "[33]", "[32]")
    facts = {check["fact"] for check in json.loads(gate("--format", "json"))["checks"]}
    assert ran == ["k2.cu"]
    assert "shared_load.wavefronts" in facts
    ran.clear()
    edit(folder / "k3.toml", "grid = 1", "grid = 2")
    gate()
    assert ran == ["k3.cu"]


def test_an_error_in_another_process_is_the_users(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_work, "_cores", lambda: 2)
    edit(folder / "k3.cu", "tile[threadIdx.x]", "tail[threadIdx.x]")
    with pytest.raises(Exception, match="tail") as error:
        gate()
    assert type(error.value).__name__ == "GpuAdvisorError"
    assert "k3.cu" in str(error.value)
