"""Markdown of a rule page on the terminal."""

import re

from rich.console import RenderableType
from rich.text import Text

_PLAIN = re.compile(r"[^\W_](?:[^`*_\[\]<>#|\\&~\n]|\n(?! *(?:[-+=]|\d+[.)]))|`[^`\n]+`)*")
"""A paragraph with nothing but words and `code`."""
_CODE = re.compile(r"`([^`]+)`")


def prose(markdown: str) -> RenderableType:
    """Return the Markdown as it is shown; loads a parser only where a paragraph has more than `code`."""
    if _PLAIN.fullmatch(markdown):
        parts = _CODE.split(" ".join(markdown.split()))
        return Text.assemble(*((part, "markdown.code" if at % 2 else "") for at, part in enumerate(parts)))
    from rich.markdown import Markdown

    return Markdown(markdown)
