"""The line of a TOML file on which a key stands, which its parser does not tell."""

import re
from collections.abc import Sequence

Path = Sequence[str | int]
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int | None:
    """Return the line (from 1) of the key at `path`, or of the nearest thing around it.

    A path is made of names and positions: ("kernel", 1, "budgets", 0) is the first budget of the second
    `[[kernel]]`.
    """
    best, depth = None, 0
    for number, known in _keys(text):
        common = _common(known, path)
        if common > depth:
            best, depth = number, common
    if best is None:
        return None
    return _element(text, best, path[depth:])


def _keys(text: str) -> list[tuple[int, tuple[str | int, ...]]]:
    """Return each header and key of the file with its line and its whole path."""
    found: list[tuple[int, tuple[str | int, ...]]] = []
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header is not None:
            names = _names(header[2])
            table = names
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
            found.append((number, table))
        elif key is not None:
            found.append((number, (*table, *_names(key[1]))))
    return found


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _common(known: Path, wanted: Path) -> int:
    """Return the length of a path that begins another, or 0."""
    return len(known) if tuple(wanted[: len(known)]) == tuple(known) else 0


def _element(text: str, line: int, rest: Path) -> int:
    """Return the line of an element of the array that begins on `line`, if it is written over several."""
    if not rest or not isinstance(rest[0], int):
        return line
    lines = text.splitlines()
    elements = [
        number
        for number in range(line, len(lines))
        if lines[number].strip().startswith(('"', "'", "{")) and "]" not in "".join(lines[line:number])
    ]
    return elements[rest[0]] + 1 if rest[0] < len(elements) and "]" not in lines[line - 1] else line
