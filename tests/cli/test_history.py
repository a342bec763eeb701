"""`gpuadvisor history`."""

import json
from pathlib import Path

from click.testing import CliRunner

from gpuadvisor.cli.history import command
from tests.cli.test_gate import edit, folder, gate
from tests.gating.test_history import add

__all__ = ["folder"]


def history(*arguments: str) -> str:
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False).stdout


def test_changes_are_told_with_their_runs(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    for number in range(5):
        add(path, number)
    text = history(str(path))
    assert "k.cu:f" in text
    assert "2026-01-04 00:00 at 0000000000: 0 barriers to 1 barriers" in text


def test_facts_that_never_changed_are_only_counted(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    add(path, 0)
    assert history(str(path)).strip() == "1 fact never changed; --all shows them"
    assert "barriers" in history(str(path), "--all")
    assert "barriers" not in history(str(path), "--all", "other")


def test_the_gate_adds_its_runs(folder: Path) -> None:
    gate("--history", "history.db")
    edit(folder / "tile.cu", "[33]", "[32]")
    gate("--history", "history.db")
    trends = json.loads(history("history.db", "shared_load*", "--format", "json"))
    (trend,) = trends
    assert trend["item"] == "tile.cu:reverse"
    assert [point["value"] for point in trend["points"]] == [32, 1024]
    assert trend["changes"] == [1]
