"""Stored times: measured by `--update`, compared on the same machine only."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.gate import command
from gpuadvisor.model.errors import GpuAdvisorError

CONFIGURATION = (
    '[[script]]\nname = "step"\ncommand = ["python", "-IS", "step.py"]\nbudgets = ["time <= +150 %"]\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gpuadvisor.toml").write_text(CONFIGURATION)
    (tmp_path / "step.py").write_text("import time\ntime.sleep(0.005)\n")
    gate("--update")
    return tmp_path


def gate(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, options, standalone_mode=False, catch_exceptions=False)
    return result.return_value, result.stdout


def test_times_are_stored_with_their_machine(folder: Path) -> None:
    text = (folder / "gpuadvisor-baseline.toml").read_text()
    assert "measured_on = " in text
    assert '["script:step".measured]\ntime.samples = [' in text


@pytest.mark.parametrize(("seconds", "verdict"), [(0.12, "fail"), (0.005, "pass")])
def test_a_script_is_compared_with_its_stored_times(folder: Path, seconds: float, verdict: str) -> None:
    (folder / "step.py").write_text(f"import time\ntime.sleep({seconds})\n")
    code, output = gate("--format", "json")
    report = json.loads(output)
    assert (code, report["verdict"]) == (int(verdict == "fail"), verdict)
    (check,) = [check for check in report["checks"] if check["kind"] == "time"]
    assert "against stored times" in check["message"]


def test_times_of_another_machine_are_refused_unless_told_otherwise(folder: Path) -> None:
    path = folder / "gpuadvisor-baseline.toml"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join('measured_on = "elsewhere"' if "measured_on" in line else line for line in lines)
    )
    with pytest.raises(GpuAdvisorError, match="measured on elsewhere"):
        gate()
    assert gate("--any-machine")[0] == 0
