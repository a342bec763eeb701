"""The command line as a whole: help without weight, errors without tracebacks."""

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
