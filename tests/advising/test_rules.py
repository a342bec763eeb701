"""Packs of rules: those shipped, further ones, and ids that must not meet."""

from pathlib import Path

import pytest

from gpuadvisor import content
from gpuadvisor.advising.rules import load_pages, load_rules, pages_in
from gpuadvisor.model.errors import GpuAdvisorError
from tests.advising.test_pages import PAGE


def write(pack: Path, rule_id: str) -> Path:
    path = pack / f"{rule_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE)
    return path


def test_a_pack_adds_to_the_rules_that_are_shipped(tmp_path: Path) -> None:
    write(tmp_path, "house/few")
    (tmp_path / "README.md").write_text("Not a rule.")
    shipped = {rule.id for rule in load_rules()}
    assert {rule.id for rule in load_rules([tmp_path])} == shipped | {"house/few"}


def test_shipped_ids_are_the_paths_of_the_pages() -> None:
    pages = content.directory("rules").glob("*/*.md")
    assert {rule.id for rule in load_rules()} == {f"{page.parent.name}/{page.stem}" for page in pages}


def test_pages_about_other_subjects_are_not_read(tmp_path: Path) -> None:
    about_launch = write(tmp_path, "house/few")
    subject = load_pages([about_launch]).rule("house/few").subject
    (tmp_path / "house" / "broken.md").write_text('```toml\nsubject = "timeline"\n')
    wanted = load_rules([tmp_path], [subject])
    assert "house/few" in wanted.by_id
    assert {rule.subject for rule in wanted} == {subject}
    with pytest.raises(GpuAdvisorError, match="opens with a block"):
        load_rules([tmp_path])


def test_two_pages_with_one_id_are_refused(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", "launch/few"), write(tmp_path / "b", "launch/few")
    with pytest.raises(GpuAdvisorError, match="launch/few is taken by") as refusal:
        load_pages([first, second])
    assert refusal.value.where == f"{second}:1"


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="no rule pages here"):
        pages_in(tmp_path)


def test_a_misspelt_id_is_answered_with_the_closest() -> None:
    rules = load_rules()
    assert rules.rule("launch/tail-wave").title
    with pytest.raises(GpuAdvisorError, match=r"did you mean launch/tail-wave\?"):
        rules.rule("launch/tail-waves")
    with pytest.raises(GpuAdvisorError, match="rules list"):
        rules.rule("qqq")
