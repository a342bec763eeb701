"""The command line as a whole: help without weight, errors without tracebacks."""

import os
import subprocess
import sys

import pytest

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.main import COMMANDS


def gpuadvisor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gpuadvisor", *arguments], capture_output=True, text=True, check=False
    )


def test_help_names_every_command() -> None:
    result = gpuadvisor("--help")
    assert result.returncode == ExitCode.OK
    for name, (_, help_text) in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert help_text in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = gpuadvisor(name, "--help")
    assert result.returncode == ExitCode.OK, result.stderr
    assert "Usage:" in result.stdout


@pytest.mark.parametrize("arguments", [("--help",), *((name, "--help") for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        "from gpuadvisor.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'cupy', 'pynvml', 'rich', 'cuda'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert result.stderr.strip() == "[]"


def test_a_misspelt_command_is_answered_with_the_closest() -> None:
    result = gpuadvisor("analyse", "x.cu")
    assert result.returncode == ExitCode.BAD_INPUT
    assert "Did you mean analyze?" in result.stderr


def test_bad_input_is_one_or_two_lines_without_a_traceback(tmp_path: object) -> None:
    result = gpuadvisor("report", f"{tmp_path}/absent.json")
    assert result.returncode == ExitCode.BAD_INPUT
    assert result.stdout == ""
    assert "absent.json: No such file" in result.stderr
    assert len(result.stderr.splitlines()) <= 2
    assert "Traceback" in gpuadvisor("--debug", "report", f"{tmp_path}/absent.json").stderr


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m gpuadvisor rules list | head -1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0"
    assert result.stderr == ""


def test_a_full_disk_is_said() -> None:
    command = f"{sys.executable} -m gpuadvisor rules list > /dev/full"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == ExitCode.BAD_INPUT
    assert "No space left on device" in result.stderr


def test_an_ascii_terminal_is_enough() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "gpuadvisor",
            "occupancy",
            "--cc",
            "9.0",
            "--registers",
            "40",
            "--block",
            "96",
        ],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert result.returncode == ExitCode.OK, result.stderr
    assert b"75 %" in result.stdout
