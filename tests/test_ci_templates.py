"""The GitHub Action, the GitLab template and the pre-commit hook: what they run, run here."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_gate import LAUNCH, SOURCE, edit
from tests.cli.test_gate_base import git

CHECKOUT = Path(__file__).parent.parent
ACTION = yaml.safe_load((CHECKOUT / "action.yml").read_text())
HEAD, JOBS = yaml.safe_load_all((CHECKOUT / "templates/gpuadvisor.yml").read_text())
(HOOK,) = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
JOB = JOBS["gpuadvisor-gate"]
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a kernel and its configuration; the kernel is worse than in the last commit."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "tile.cu").write_text(SOURCE)
    (folder / "tile.toml").write_text(LAUNCH)
    (folder / "gpuadvisor.toml").write_text('[[kernel]]\nsource = "tile.cu"\n')
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    edit(folder / "tile.cu", "[33]", "[32]")
    return folder


def bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub's runners do; `gpuadvisor` is that of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def step(name: str) -> dict[str, Any]:
    return next(each for each in ACTION["runs"]["steps"] if each.get("name") == name)


def run_step(name: str, folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action with its expressions replaced by `inputs_base`, `runner_temp`, ..."""
    defaults = {
        f"inputs_{key.replace('-', '_')}": given["default"] for key, given in ACTION["inputs"].items()
    }
    known = {**defaults, "runner_temp": str(folder.parent), **values}

    def value(match: re.Match[str]) -> str:
        return known[re.sub(r"[.-]", "_", match[1])]

    environment = {key: EXPRESSION.sub(value, text) for key, text in step(name).get("env", {}).items()}
    files = {key: str(folder.parent / key) for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return bash(step(name)["run"], folder, GITHUB_ACTIONS="true", **environment, **files)


def test_no_input_becomes_part_of_a_script() -> None:
    steps = ACTION["runs"]["steps"]
    assert not [each for each in steps if EXPRESSION.search(each.get("run", ""))]
    assert {match[7:] for match in re.findall(r"inputs\.[\w-]+", str(steps))} == set(ACTION["inputs"])


@pytest.mark.parametrize(
    ("version", "installed"), [("1.2", "gpuadvisor[compile,timing]==1.2"), ("", "/action[compile,timing]")]
)
def test_the_action_installs_what_is_asked_for(tmp_path: Path, version: str, installed: str) -> None:
    (tmp_path / "checkout").mkdir()
    pip = 'python() { printf "%s " "$@" > installed; }\n'
    script = step("Install gpuadvisor")["run"]
    assert bash(pip + script, tmp_path, VERSION=version, GITHUB_ACTION_PATH="/action").returncode == 0
    assert (tmp_path / "installed").read_text().split() == ["-m", "pip", "install", "--quiet", installed]


def test_the_action_keeps_the_exit_code_and_leaves_results(folder: Path) -> None:
    judged = run_step("Judge", folder, inputs_base="HEAD")
    assert judged.returncode == 0, judged.stderr
    assert "::error title=tile.cu%3Areverse" in judged.stderr
    output = dict(line.split("=", 1) for line in (folder.parent / "GITHUB_OUTPUT").read_text().splitlines())
    assert output["exit-code"] == "1"
    comment = Path(output["comment"]).read_text()
    assert "shared\\_load.wavefronts" in comment
    assert (folder.parent / "GITHUB_STEP_SUMMARY").read_text() == comment
    assert json.loads((folder.parent / "gpuadvisor.sarif").read_text())["runs"][0]["results"]
    assert run_step("Verdict", folder, steps_gate_outputs_exit_code="1").returncode == 1


def test_the_action_fetches_a_base_that_a_shallow_checkout_lacks(folder: Path) -> None:
    git(folder, "commit", "--quiet", "-a", "-m", "worse")
    first = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD~1"], capture_output=True, text=True, check=True
    ).stdout.strip()
    shallow = folder.parent / "shallow"
    git(folder, "clone", "--quiet", "--depth=1", f"file://{folder}", str(shallow))
    judged = run_step("Judge", shallow, inputs_base=first)
    assert judged.returncode == 0, judged.stderr
    assert "exit-code=1\n" in (folder.parent / "GITHUB_OUTPUT").read_text()


def test_the_action_tells_wrong_input_from_a_failure(folder: Path) -> None:
    run_step("Judge", folder, inputs_config="none.toml")
    assert "exit-code=2\n" in (folder.parent / "GITHUB_OUTPUT").read_text()
    upload = next(each for each in ACTION["runs"]["steps"] if "upload-sarif" in each.get("uses", ""))
    assert '["0", "1", "3"]' in upload["if"]


def test_the_gitlab_job_fails_with_its_reports(folder: Path) -> None:
    given = {**{key: each.get("default") for key, each in HEAD["spec"]["inputs"].items()}, "base": "HEAD"}
    variables = {
        key: re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: given[match[1]], str(value))
        for key, value in JOB["variables"].items()
        if key.startswith("GATE_")
    }
    install, judge = JOB["script"]
    assert shlex.split(install)[-1] == "$GATE_PACKAGE"
    assert bash(judge, folder, **variables).returncode == 1
    for file in (*JOB["artifacts"]["reports"].values(), *JOB["artifacts"]["paths"]):
        assert (folder / file).stat().st_size
    assert json.loads((folder / JOB["artifacts"]["reports"]["codequality"]).read_text())


def test_the_gitlab_job_uses_every_input() -> None:
    assert set(re.findall(r"inputs\.(\w+)", str(JOBS))) == set(HEAD["spec"]["inputs"])


def test_the_hook_judges_by_the_baseline(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "tile.cu")
    assert bash("gpuadvisor gate --update", folder).returncode == 0
    edit(folder / "tile.cu", "[33]", "[32]")
    failed = bash(HOOK["entry"], folder)
    assert failed.returncode == 1
    assert "32 times" in failed.stdout


@pytest.mark.parametrize(
    ("file", "wanted"), [("k.cu", True), ("a/k.cuh", True), ("a/k.toml", True), ("k.py", False)]
)
def test_the_hook_runs_for_kernels_and_their_launches(file: str, *, wanted: bool) -> None:
    assert bool(re.search(HOOK["files"], file)) is wanted
    assert HOOK["pass_filenames"] is False
    assert HOOK["additional_dependencies"] == [".[compile]"]
