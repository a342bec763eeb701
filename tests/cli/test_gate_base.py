"""`gpuadvisor gate --base`: both revisions in one run, no baseline needed."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.gate import command
from gpuadvisor.model.errors import GpuAdvisorError
from tests.cli.test_gate import LAUNCH, SOURCE, edit

CONFIGURATION = '[[kernel]]\nsource = "tile.cu"\n'
SCRIPT = '[[script]]\nname = "step"\ncommand = ["python", "-IS", "step.py"]\nbudgets = ["time <= +50 %"]\n'


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=someone", "-c", "user.email=someone@example.com"]
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a kernel and its configuration in a folder below its top."""
    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "tile.cu").write_text(SOURCE)
    (folder / "tile.toml").write_text(LAUNCH)
    (folder / "gpuadvisor.toml").write_text(CONFIGURATION)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    monkeypatch.chdir(folder)
    return folder


def verdict(*options: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(
        command, ["--format", "json", *options], standalone_mode=False, catch_exceptions=False
    )
    return result.return_value, json.loads(result.stdout)["checks"]


def test_an_unchanged_tree_passes(repository: Path) -> None:
    assert verdict("--base", "HEAD") == (0, [])
    assert repository.exists()


def test_a_change_that_is_not_committed_is_compared(repository: Path) -> None:
    edit(repository / "tile.cu", "[33]", "[32]")
    code, checks = verdict("--base", "HEAD")
    assert code == 1
    assert {check["item"] for check in checks} == {"tile.cu:reverse"}
    assert "shared_load.wavefronts" in {check["fact"] for check in checks}


def test_a_new_source_has_nothing_to_be_compared_with(repository: Path) -> None:
    for suffix in (".cu", ".toml"):
        content = (repository / "tile").with_suffix(suffix).read_text()
        (repository / "other").with_suffix(suffix).write_text(content.replace("reverse", "turn"))
    edit(repository / "gpuadvisor.toml", "tile.cu", "*.cu")
    code, checks = verdict("--base", "HEAD")
    assert code == 0
    assert [check["message"] for check in checks] == ["other.cu:turn is not in the baseline yet"]


def test_the_repository_is_left_as_it_was(repository: Path) -> None:
    before = subprocess.run(["git", "worktree", "list"], capture_output=True, check=True).stdout
    verdict("--base", "HEAD")
    assert subprocess.run(["git", "worktree", "list"], capture_output=True, check=True).stdout == before
    assert subprocess.run(["git", "status", "--short"], capture_output=True, check=True).stdout == b""
    assert repository.exists()


def test_an_unknown_revision_is_named(repository: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="nosuch"):
        verdict("--base", "nosuch")
    assert repository.exists()


@pytest.mark.parametrize(("seconds", "outcome"), [(0.05, "fail"), (0.0, "pass")])
def test_scripts_are_timed_in_turns(repository: Path, seconds: float, outcome: str) -> None:
    (repository / "gpuadvisor.toml").write_text(SCRIPT)
    (repository / "step.py").write_text("import time\ntime.sleep(0.005)\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "a script")
    edit(repository / "step.py", "0.005", str(0.005 + seconds))
    _, checks = verdict("--base", "HEAD")
    (check,) = [check for check in checks if check["kind"] == "time"]
    assert check["outcome"] in (outcome, "improved")
    assert check["item"] == "script:step"
    assert check["provenance"] == "measured"


def test_a_script_that_fails_is_named(repository: Path) -> None:
    (repository / "gpuadvisor.toml").write_text(SCRIPT)
    (repository / "step.py").write_text("raise SystemExit('no data')\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "a script")
    with pytest.raises(GpuAdvisorError, match="ended with 1: no data"):
        verdict("--base", "HEAD")
