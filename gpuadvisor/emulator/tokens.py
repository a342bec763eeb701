"""PTX text to tokens."""

import re
from dataclasses import dataclass, field

from gpuadvisor.model.errors import GpuAdvisorError

_TOKEN = re.compile(
    r"""
    (?P<newlines>\n+)
  | (?P<skip>[ \t\r\f\v]+|//[^\n]*)
  | (?P<comment>/\*.*?\*/)
  | (?P<text>"(?:[^"\\\n]|\\.)*"
      | \d+\.\d*(?:[eE][+-]?\d+)?                  # a decimal floating-point literal
      | [\w$%.]+(?:::[\w.]+)*                      # an identifier, an opcode with its suffixes, a number
      | [{}()\[\]<>,;:@!+\-*/|=&^~?])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Tokens:
    """The tokens of a module and the line each stands on, with a reading position."""

    texts: list[str]
    lines: list[int]
    source: list[str] = field(repr=False)
    """The lines of the PTX text, for messages."""
    position: int = 0

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.texts)

    @property
    def line(self) -> int:
        """The PTX line of the next token (of the last one at the end)."""
        return self.lines[min(self.position, len(self.lines) - 1)] if self.lines else 1

    def peek(self) -> str:
        """Return the next token without reading it; an empty text at the end."""
        return self.texts[self.position] if self.position < len(self.texts) else ""

    def next(self) -> str:
        """Read one token."""
        if self.at_end:
            raise self.error("unexpected end of the PTX")
        token = self.texts[self.position]
        self.position += 1
        return token

    def accept(self, token: str) -> bool:
        """Read the next token if it is `token`."""
        if self.peek() != token:
            return False
        self.position += 1
        return True

    def expect(self, token: str) -> None:
        """Read `token`, which must come next."""
        if not self.accept(token):
            raise self.error(f"expected {token!r}, found {self.peek()!r}")

    def integer(self) -> int:
        """Read an integer literal."""
        token = self.next()
        try:
            return parse_integer(token)
        except ValueError:
            self.position -= 1
            raise self.error(f"expected an integer, found {token!r}") from None

    def skip_until(self, *ends: str) -> list[str]:
        """Read up to one of `ends`, which stays unread."""
        start = self.position
        while self.peek() not in ends:
            self.next()
        return self.texts[start : self.position]

    def error(self, what: str, line: int | None = None) -> GpuAdvisorError:
        """Return an error that shows a PTX line, the current one by default."""
        line = line or self.line
        text = self.source[line - 1].strip() if line <= len(self.source) else ""
        return GpuAdvisorError(f"cannot decode this PTX: {what}: {text}", where=f"PTX line {line}")


def tokenize(ptx: str) -> Tokens:
    """Split PTX text into tokens, comments left out."""
    texts: list[str] = []
    lines: list[int] = []
    line, end = 1, 0
    for match in _TOKEN.finditer(ptx):
        if match.start() != end:
            break
        end = match.end()
        kind = match.lastgroup
        if kind == "text":
            texts.append(match.group())
            lines.append(line)
        elif kind == "newlines" or kind == "comment":
            line += match.group().count("\n")
    source = ptx.split("\n")
    if end != len(ptx):
        raise Tokens([ptx[end]], [line], source).error(f"unexpected character {ptx[end]!r}")
    return Tokens(texts, lines, source)


def parse_integer(token: str) -> int:
    """Return the value of an integer literal (PTX ISA 4.5.1): decimal, `0x`, `0b`, octal `0`, suffix `U`.

    Raises ValueError if `token` is not one.
    """
    digits = token.rstrip("uU")
    if digits[:2] in ("0x", "0X"):
        return int(digits[2:], 16)
    if digits[:2] in ("0b", "0B"):
        return int(digits[2:], 2)
    if len(digits) > 1 and digits[0] == "0":
        return int(digits, 8)
    return int(digits, 10)
