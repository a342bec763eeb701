"""A page that is no rule is refused with its path, the line and the reason."""

import os
from pathlib import Path

import pytest

from gpuadvisor.advising.checking import check_page
from gpuadvisor.advising.pages import read_page
from gpuadvisor.advising.rule import Rule
from gpuadvisor.model.errors import GpuAdvisorError

PAGE = '''```toml
title = "Too few blocks"
subject = "kernel"
requires = ["kernel.blocks"]
when = """
    kernel.blocks < 10
    and kernel.name != 'setup'
"""
severity = "high"
gain = "speedup_without(tail)"
message = "{kernel.name} has {kernel.blocks} blocks"
references = ["Guide, 1.2"]

[common_facts]
"kernel.name" = "k"

[[example]]
note = "one block"
fires = true
facts = { "kernel.blocks" = 1 }

[[example]]
note = "many"
fires = false
[example.facts]
"kernel.blocks" = 100
```

## What it means

Little work.

## What to change

More blocks:

```cuda
## What it means
k<<<100, 256>>>();
```

## When to ignore it

Always.
'''


def rule(tmp_path: Path, text: str = PAGE) -> Rule:
    path = tmp_path / "launch" / "few.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return check_page(read_page(path))


def test_a_page_becomes_a_rule(tmp_path: Path) -> None:
    few = rule(tmp_path)
    assert few.id == "launch/few"
    assert (few.title, few.subject, few.severity) == ("Too few blocks", "kernel", "high")
    assert few.facts == ("kernel.blocks", "kernel.name")
    assert few.examples[0].facts == {"kernel.name": "k", "kernel.blocks": 1}
    assert [example.fires for example in few.examples] == [True, False]
    assert few.sections["What it means"] == "Little work."
    assert few.sections["What to change"].endswith("k<<<100, 256>>>();\n```")
    few.run_examples()


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("```toml\n", "---\n", 1, "opens with a block fenced as ```toml"),
        ("title =", "titel =", 2, "unknown field `titel`"),
        ('title = "Too few blocks"\n', "", 1, "missing required field `title`"),
        ('subject = "kernel"', 'subject = "kernels"', 3, "Invalid enum value 'kernels'"),
        ('subject = "kernel"', 'subject = "kernel', 3, "Illegal character"),
        (
            '["kernel.blocks"]',
            '["kernel.block"]',
            4,
            "unknown fact kernel.block; did you mean kernel.blocks?",
        ),
        ('["kernel.blocks"]', '["access.line"]', 4, "a fact of the access"),
        ("kernel.blocks < 10", "kernel.blocs < 10", 6, "unknown fact kernel.blocs; did you mean"),
        ("!= 'setup'", "!= 3", 7, "cannot compare a text with a number"),
        ("kernel.blocks < 10", "kernel.blocks ** 2 < 10", 6, "Pow is not allowed"),
        ("kernel.name != 'setup'", "kernel.name.upper() != ''", 7, "unknown function kernel.name.upper"),
        ("kernel.name != 'setup'", "__import__('os')", 7, "unknown function __import__"),
        ("    and kernel.name != 'setup'\n", "", 0, ""),
        ('severity = "high"', 'severity = "severe"', 9, "Invalid enum value 'severe'"),
        ("speedup_without(tail)", "speedup_without(magic)", 10, "unknown cause magic"),
        ("{kernel.blocks} blocks", "{kernel.blox} blocks", 11, "unknown placeholder {kernel.blox}"),
        ('references = ["Guide, 1.2"]', "references = [1]", 12, "Expected `str`, got `int`"),
        ('"kernel.name" = "k"', '"kernel.name" = 1', 14, "kernel.name is a text, not 1"),
        ("fires = true", 'fires = "yes"', 19, "Expected `bool`, got `str`"),
        ('{ "kernel.blocks" = 1 }', '{ "kernel.blocks" = "1" }', 20, "kernel.blocks is a number, not '1'"),
        ('{ "kernel.blocks" = 1 }', '{ "kernel.warps" = 1 }', 20, "unknown fact kernel.warps"),
        ('"kernel.blocks" = 100', '"kernel.blocks" = true', 25, "kernel.blocks is a number, not True"),
        ("fires = false", "fires = true", 2, "no silent example"),
        ("fires = true", "fires = false", 2, "no firing example"),
        ("\n## What it means\n\nLittle", "\n## Meaning\n\nLittle", 29, "the sections must be"),
        ("\n## When to ignore it\n\nAlways.\n", "", 29, "the sections must be"),
        ("Little work.\n", "", 29, "the section `## What it means` is empty"),
    ],
)
def test_a_fault_is_told_with_page_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert PAGE.count(old) >= 1
    text = PAGE.replace(old, new, 1)
    if not reason:
        rule(tmp_path, text)
        return
    with pytest.raises(GpuAdvisorError) as refusal:
        rule(tmp_path, text)
    assert refusal.value.where == f"{tmp_path / 'launch' / 'few.md'}:{line}"
    assert reason in refusal.value.what


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("Little", "Lit\x1b[31mtle", 31, r"the control character '\x1b'"),
        ("Little", "Lit\x9btle", 31, r"the control character '\x9b'"),
        ("one block", "one\x00block", 18, r"the control character '\x00'"),
        ("Too few", "Too\rfew", 2, r"the control character '\r'"),
        ("Too few", "Too\\u001b[2Jfew", 2, r"title: holds the control character '\x1b'"),
        ("Guide, 1.2", "Guide\\u0007", 12, r"references: holds the control character '\x07'"),
        ("kernel.blocks < 10", f"kernel.blocks < {'9' * 400}", 6, "a number beyond all bounds"),
        ("kernel.blocks < 10", "kernel.blocks < 9223372036854775808", 6, "a number beyond all bounds"),
        ('"kernel.blocks" = 100', '"kernel.blocks" = nan', 25, "kernel.blocks: a number beyond all bounds"),
        ('"kernel.blocks" = 100', f'"kernel.blocks" = {"9" * 400}', 25, "a number beyond all bounds"),
        ('"kernel.blocks" = 100', f'"kernel.blocks" = {"9" * 5000}', 26, "Exceeds the limit"),
        ('"kernel.blocks" = 100', f'"kernel.blocks" = {"[" * 100_000}', 26, ""),
    ],
)
def test_what_a_stranger_may_hide_in_a_page_is_refused(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    with pytest.raises(GpuAdvisorError) as refusal:
        rule(tmp_path, PAGE.replace(old, new, 1))
    assert reason in refusal.value.what
    assert refusal.value.where == f"{tmp_path / 'launch' / 'few.md'}:{line}"


def test_tabs_line_ends_of_windows_and_the_largest_integers_are_no_harm(tmp_path: Path) -> None:
    page = PAGE.replace("Little", "\tLittle").replace("< 10", "< 9223372036854775807", 1)
    rule(tmp_path, page.replace("\n", "\r\n"))


def test_only_a_regular_file_of_bounded_size_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "device.md").symlink_to("/dev/zero")
    for name in ("pipe.md", "folder.md", "device.md"):
        with pytest.raises(GpuAdvisorError, match="is no regular file") as refusal:
            read_page(tmp_path / name)
        assert refusal.value.where == str(tmp_path / name)
    page = tmp_path / "large.md"
    page.write_text(PAGE + "x" * (256 * 1024 - len(PAGE)))
    read_page(page)
    page.write_text(PAGE + "x" * (256 * 1024 - len(PAGE) + 1))
    with pytest.raises(GpuAdvisorError, match="is larger than 256 KiB"):
        read_page(page)


def test_a_page_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="cannot be read"):
        read_page(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(b"\xe9")
    with pytest.raises(GpuAdvisorError, match=r"latin\.md"):
        read_page(tmp_path / "latin.md")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"kernel.blocks" = 1 }', '"kernel.blocks" = 11 }', "should fire, but it is clear"),
        ('"kernel.blocks" = 100', '"kernel.blocks" = 9', "should be clear, but it fires"),
        ('{ "kernel.blocks" = 1 }', "{}", "should fire, but it is not evaluated; missing: kernel.blocks"),
        ('"kernel.blocks" = 100', "", "should be clear, but it is not evaluated; missing: kernel.blocks"),
    ],
)
def test_an_example_that_is_wrong_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    few = rule(tmp_path, PAGE.replace(old, new, 1))
    with pytest.raises(GpuAdvisorError) as refusal:
        few.run_examples()
    assert told in refusal.value.what
    assert refusal.value.where is not None
    assert refusal.value.where.rpartition(":")[2] in ("18", "23")
