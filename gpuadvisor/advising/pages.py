"""Rule pages as text: one fenced TOML block, then prose in fixed sections."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from gpuadvisor.advising.fact import SubjectKind, Value
from gpuadvisor.advising.page_text import control_character, read_text
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.report import Severity

SECTIONS = ("What it means", "What to change", "When to ignore it")
_FENCE = re.compile(r"\A```toml\n(?P<block>.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_CODE = re.compile(r"^(`{3,}).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_TOML_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_FIELD = re.compile(r"\.(\w+)")


class ExampleBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One example: facts, and whether the rule fires on them."""

    note: str
    fires: bool
    facts: dict[str, Value]


class RuleBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The TOML block of a page, as written."""

    title: str
    subject: SubjectKind
    when: str
    severity: Severity
    message: str
    requires: list[str] = []
    gain: str | None = None
    references: list[str] = []
    common_facts: dict[str, Value] = {}
    """Facts of every example that does not state them otherwise."""
    example: list[ExampleBlock] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that has the form of a rule page; what it says is not checked yet."""

    path: Path
    id: str
    block: RuleBlock
    sections: dict[str, str]
    """Markdown by heading."""
    text: str

    def refuse(
        self, reason: str, field: str = "title", *, example: int = 0, offset: int = 0
    ) -> GpuAdvisorError:
        """Return the error for a fault in `field`, of the example with that number (from 1) if given.

        `offset` counts lines within the value of the field.
        """
        line = self.line_of(field, example)
        begins_below = self.text.splitlines()[line - 1].rstrip().endswith(('"""', "'''"))
        return _refusal(self.path, line + offset + begins_below, reason)

    def line_of(self, field: str, example: int = 0) -> int:
        """Return the line on which a field stands, of the example with that number (from 1) if given."""
        return _line_of(self.text, field, example)


def read_page(path: Path) -> Page:
    """Read a page; its id is its folder and name. Raise GpuAdvisorError with path, line and reason."""
    text = read_text(path)
    fenced = _FENCE.match(text)
    if fenced is None:
        raise _refusal(path, 1, "a rule page opens with a block fenced as ```toml ... ```")
    block = _read_block(path, text, fenced["block"])
    sections = _read_sections(path, text, fenced.end())
    return Page(path=path, id=f"{path.parent.name}/{path.stem}", block=block, sections=sections, text=text)


def _read_block(path: Path, text: str, block: str) -> RuleBlock:
    table = _read_table(path, block)
    try:
        return msgspec.convert(table, RuleBlock)
    except msgspec.ValidationError as error:
        raise _refusal(path, _line_of_validation(text, table, str(error)), str(error)) from None


def _read_table(path: Path, block: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(block)
    except (ValueError, RecursionError) as error:
        raise _refusal(path, _toml_line(str(error), block), _TOML_LINE.sub("", str(error))) from None
    for field, value in table.items():
        found = control_character(value)
        if found is not None:
            line = _line_of(f"\n{block}", field, 0)
            raise _refusal(path, line, f"{field}: holds the control character {found!r}")
    return table


def _read_sections(path: Path, text: str, start: int) -> dict[str, str]:
    prose = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    headings = [match for match in _HEADING.finditer(prose) if match.start() >= start]
    found = tuple(heading[1] for heading in headings)
    if found != SECTIONS:
        line = text.count("\n", 0, headings[0].start() if headings else start) + 1
        wanted = ", ".join(f"`## {name}`" for name in SECTIONS)
        raise _refusal(path, line, f"the sections must be {wanted}, in this order; found: {', '.join(found)}")
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading[1]: _section_text(path, text, heading, end)
        for heading, end in zip(headings, ends, strict=True)
    }


def _section_text(path: Path, text: str, heading: re.Match[str], end: int) -> str:
    body = text[heading.end() : end].strip()
    if not body:
        line = text.count("\n", 0, heading.start()) + 1
        raise _refusal(path, line, f"the section `## {heading[1]}` is empty")
    return body


def _refusal(path: Path, line: int, reason: str) -> GpuAdvisorError:
    return GpuAdvisorError(reason, where=f"{path}:{line}")


def _toml_line(message: str, block: str) -> int:
    match = _TOML_LINE.search(message)
    inside = int(match[1]) if match and match[1] else block.count("\n")
    return inside + 1


def _line_of(text: str, field: str, example: int) -> int:
    """Return the line of `field = ...`: in the nth example, or above all examples."""
    lines, starts = _lines_and_examples(text)
    begin = starts[example - 1] if 0 < example <= len(starts) else 0
    pattern = re.compile(rf"\s*\[?(example\.)?\"?{re.escape(field)}\"?\s*[=\]]")
    return next((n for n in range(begin, len(lines)) if pattern.match(lines[n])), begin) + 1


@lru_cache(maxsize=1)
def _lines_and_examples(text: str) -> tuple[list[str], list[int]]:
    """Return the lines of a page, and which of them begin an example; asked for every example in turn."""
    lines = text.splitlines()
    return lines, [number for number, line in enumerate(lines) if line.strip() == "[[example]]"]


def _line_of_validation(text: str, table: dict[str, Any], message: str) -> int:
    """Return the line of the field that msgspec names: `... - at `$.example[1].fires``, or in its text."""
    where = re.search(r"`\$(?P<path>\S*)`", message)
    path = where["path"] if where else ""
    number = re.search(r"^\.example\[(\d+|\.\.\.)\]", path)
    fields = _FIELD.findall(path) or re.findall(r"unknown field `(\w+)`", message)
    example = int(number[1]) + 1 if number and number[1].isdigit() else 0
    known = bool(fields) and (fields[-1] in table or example > 0)
    return _line_of(text, fields[-1], example) if known else 1
