"""`gpuadvisor doctor` on the machine that the tests run on."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.doctor import command
from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.examining import doctor
from gpuadvisor.model.doctor import LIMIT_SECONDS, PART_NAMES, DoctorReport, Part
from gpuadvisor.model.machine import Tool
from tests.examining.planting import plant

PROMISE_SECONDS = 10.0


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Answer for a machine that lacks the driver and has a limited PyTorch; collects the limits given."""
    limits: list[float] = []

    def examine(limit_seconds: float) -> DoctorReport:
        limits.append(limit_seconds)
        status = {"driver": "missing", "torch": "warning"}
        parts = [
            Part(name=name, title=name, group="GPU", status=status.get(name, "ok"), summary="as it is")
            for name in PART_NAMES
        ]
        return DoctorReport(tool=Tool(version="1"), created="", seconds=0.0, parts=parts, answers=[])

    monkeypatch.setattr(doctor, "examine", examine)
    return limits


def test_this_machine_within_the_time_whatever_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("torch", "tensorflow"):
        plant(monkeypatch, tmp_path / name, name, "import time; time.sleep(60)")
    start = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "gpuadvisor", "doctor", "--limit", "3", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert time.monotonic() - start < PROMISE_SECONDS
    assert result.returncode == ExitCode.OK, result.stderr
    document = json.loads(result.stdout)
    assert (document["schema"], document["version"]) == ("gpuadvisor.doctor", 1)
    parts = {part["name"]: part for part in document["parts"]}
    assert list(PART_NAMES) == [name for name in parts if ":" not in name]
    for name in ("torch", "tensorflow"):
        assert parts[name]["status"] == "missing"
        assert "did not start within 3 s" in parts[name]["summary"]
    assert all(part["remedy"] for part in parts.values() if part["name"] in ("torch", "tensorflow"))


@pytest.mark.parametrize(
    ("required", "code"),
    [
        ((), ExitCode.OK),
        (("torch", "nvrtc"), ExitCode.OK),
        (("torch", "driver"), ExitCode.BAD_INPUT),
    ],
)
@pytest.mark.usefixtures("made_up")
def test_what_is_required_and_missing_decides_the_exit_code(
    required: tuple[str, ...], code: ExitCode
) -> None:
    arguments = [word for name in required for word in ("--require", name)]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert result.return_value == code
    assert ("missing: driver" in result.stderr) == (code != ExitCode.OK)


def test_the_limit_is_passed_on(made_up: list[float]) -> None:
    CliRunner().invoke(command, ["--limit", "60"], standalone_mode=False)
    CliRunner().invoke(command, [], standalone_mode=False)
    assert made_up == [60.0, LIMIT_SECONDS]
    assert LIMIT_SECONDS < PROMISE_SECONDS


def test_an_unknown_requirement_names_the_known_ones() -> None:
    result = CliRunner().invoke(command, ["--require", "pytorch"])
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "'torch'" in result.output
