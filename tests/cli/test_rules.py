"""gpuadvisor rules: what it prints, and how it refuses."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gpuadvisor import content
from gpuadvisor.cli.rules import command
from gpuadvisor.model.errors import GpuAdvisorError
from tests.advising.test_pages import PAGE


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "few.md").write_text(PAGE)
    return tmp_path


def test_list_as_json_names_every_page() -> None:
    listed = json.loads(run("list", "--format", "json").stdout)
    pages = {f"{page.parent.name}/{page.stem}" for page in content.directory("rules").glob("*/*.md")}
    assert {entry["id"] for entry in listed} == pages
    assert all(entry["title"] and entry["severity"] in ("high", "medium", "low") for entry in listed)


def test_list_as_text_has_a_line_per_rule(pack: Path) -> None:
    lines = run("list", "--rules", pack).stdout.splitlines()
    assert len(lines) == len(list(content.directory("rules").glob("*/*.md"))) + 1
    (line,) = [line for line in lines if line.startswith("house/few")]
    assert line.split() == ["house/few", "high", "Too", "few", "blocks"]


def test_show_prints_the_page(pack: Path) -> None:
    text = run("show", "house/few", "--rules", pack).stdout
    for part in ("Too few blocks", "When to ignore it", "More blocks:", "k<<<100, 256>>>();", "Guide, 1.2"):
        assert part in text
    assert "when: kernel.blocks < 10 and kernel.name != 'setup'" in text


def test_show_keeps_brackets_as_they_are(pack: Path) -> None:
    page = pack / "house" / "few.md"
    page.write_text(PAGE.replace("Too few blocks", "Too few [abi:cxx11] blocks [/x]"))
    assert "Too few [abi:cxx11] blocks [/x]" in run("show", "house/few", "--rules", pack).stdout


def test_show_as_json(pack: Path) -> None:
    shown = json.loads(run("show", "house/few", "--rules", pack, "--format", "json").stdout)
    assert shown["gain"] == "speedup_without(tail)"
    assert list(shown["sections"]) == ["What it means", "What to change", "When to ignore it"]


def test_show_of_an_unknown_rule_names_the_closest() -> None:
    with pytest.raises(GpuAdvisorError, match="did you mean memory-layout/gather"):
        run("show", "memory-layout/gathers")


def test_check_runs_the_examples(pack: Path) -> None:
    assert run("check", pack).stdout == "1 pages and their 2 examples are right\n"
    assert run("check", pack / "house" / "few.md").exit_code == 0
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("kernel.blocks < 10", "kernel.blocks < '10'", 6),
        ("facts = { ", 'facts = { "kernel.waves" = "a", ', 20),
    ],
)
def test_check_names_page_line_and_reason(pack: Path, old: str, new: str, line: int) -> None:
    page = pack / "house" / "few.md"
    page.write_text(PAGE.replace(old, new))
    with pytest.raises(GpuAdvisorError) as refusal:
        run("check", pack)
    assert refusal.value.where == f"{page}:{line}"


def test_check_refuses_an_example_that_is_wrong(pack: Path) -> None:
    page = pack / "house" / "few.md"
    page.write_text(PAGE.replace('"kernel.blocks" = 100', '"kernel.blocks" = 1'))
    with pytest.raises(GpuAdvisorError, match="'many' should be clear, but it fires"):
        run("check", page)


def test_check_refuses_an_id_that_a_shipped_rule_has(tmp_path: Path) -> None:
    page = tmp_path / "launch" / "tail-wave.md"
    page.parent.mkdir()
    page.write_text(PAGE)
    for path in (tmp_path, page):
        with pytest.raises(GpuAdvisorError, match="the id launch/tail-wave is taken by") as refusal:
            run("check", path)
        assert refusal.value.where == f"{page}:1"


def test_check_of_a_shipped_page_does_not_meet_itself() -> None:
    shipped = content.directory("rules")
    assert run("check", shipped / "launch" / "tail-wave.md").stdout.startswith("1 pages")
    assert run("check", shipped / "launch" / ".." / "launch" / "tail-wave.md").exit_code == 0


def test_check_of_a_pipe_does_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(GpuAdvisorError, match="is no regular file"):
        run("check", tmp_path / "pipe.md")


def test_check_of_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="no rule pages here"):
        run("check", tmp_path / "none")
