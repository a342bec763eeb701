"""What docs/gate.md shows is what the gate does: its commands, in order, and its configuration."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpuadvisor.gating.reading import load_configuration

CHECKOUT = Path(__file__).parent.parent
PAGE = (CHECKOUT / "docs/gate.md").read_text()
ELISION = "..."
MARK = "@@@"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def shown() -> list[tuple[str, list[str]]]:
    """Return each `$ command` with the lines shown under it."""
    commands: list[tuple[str, list[str]]] = []
    for line in "".join(blocks("console")).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line.strip())
    return commands


def test_the_commands_in_order_print_what_is_shown(tmp_path: Path) -> None:
    for suffix in (".cu", ".toml"):
        shutil.copy((CHECKOUT / "examples/transpose").with_suffix(suffix), tmp_path)
    commands = shown()
    # The status of each command is that of the one before when the next begins, as in a terminal.
    script = "".join(f"(exit $status)\n{each}\nstatus=$?\necho {MARK}\n" for each, _ in commands)
    done = subprocess.run(
        ["bash", "-c", f"status=0\n{script}"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "110",
            "NO_COLOR": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outputs = done.stdout.split(f"{MARK}\n")[:-1]
    for (command, lines), output in zip(commands, outputs, strict=True):
        printed = iter(line.strip() for line in output.splitlines())
        for line in lines:
            if line != ELISION:
                assert any(line == each for each in printed), f"{command}: not printed: {line}\n{output}"


def test_the_configuration_is_valid(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    (tmp_path / "gpuadvisor.toml").write_text(block)
    configuration = load_configuration(tmp_path / "gpuadvisor.toml").configuration
    assert all((configuration.kernel, configuration.probe, configuration.script, configuration.accept))


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)", PAGE))
def test_links_lead_somewhere(target: str) -> None:
    assert (CHECKOUT / "docs" / target).exists()
