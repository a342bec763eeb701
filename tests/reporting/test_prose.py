from io import StringIO

import pytest
from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.text import Text

from gpuadvisor.reporting.terminal.prose import prose


def shown(what: RenderableType) -> list[str]:
    console = Console(file=StringIO(), width=60)
    console.print(what)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    "paragraph",
    [
        "One line.",
        "Read `a[i]` and write `b[i]`,\nwhere **nothing** else is, *then* stop.",
        "Several lines of plain words\nthat are filled again to the width of the terminal, `code` too.",
        "A list:\n- of this\n- and that",
        "First:\n1. this\n2. that",
        "- only a list",
        "A [link](https://example.com).",
        "Escaped \\* star, &lt; entity, <br> tag",
        "A heading\n=========",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "`` a ` tick ``",
        "Unbalanced ` tick",
    ],
)
def test_it_shows_what_a_markdown_parser_shows(paragraph: str) -> None:
    assert shown(prose(paragraph)) == shown(Markdown(paragraph))


def test_words_and_code_need_no_parser() -> None:
    made = prose("Read `a[i]`\nonce.")
    assert isinstance(made, Text)
    assert made.plain == "Read a[i] once."
