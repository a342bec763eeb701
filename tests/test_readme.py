"""What the README shows is what the tool does: its commands run, and print the lines it shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text()
ELISION = "..."


def shown_commands() -> list[tuple[str, list[str]]]:
    """Return each `$ command` of a console block with the lines of output shown under it."""
    commands: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            elif line.strip():
                commands[-1][1].append(line.strip())
    return [(command, lines) for command, lines in commands if command.startswith("gpuadvisor ")]


@pytest.mark.parametrize(("command", "lines"), shown_commands(), ids=lambda value: str(value)[:60])
def test_a_shown_command_prints_what_is_shown(
    command: str, lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = tmp_path_factory.getbasetemp() / "readme-state"
    result = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=CHECKOUT,
        env={**os.environ, "GPUADVISOR_STATE_DIR": str(state), "COLUMNS": "110", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    printed = iter(line.strip() for line in result.stdout.splitlines())
    for line in lines:
        if line != ELISION:
            assert any(line == candidate for candidate in printed), f"not printed (in order): {line}"


def test_there_is_something_to_check() -> None:
    assert len(shown_commands()) >= 4


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (CHECKOUT / target).exists()
