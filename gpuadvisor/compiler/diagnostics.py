"""The compiler's log, taken apart: errors and warnings with file, line and caret; the rest is dropped.

Three programs write logs: EDG (the front end of NVRTC and nvcc: `k.cu(3): error: ...`), the host preprocessor
(`k.cu:3:9: fatal error: ...`) and tools without a place (`ptxas error   : ...`, `nvrtc: error: ...`).
"""

import re
from dataclasses import dataclass

_HEAD = re.compile(
    r"\s*(?P<file>[^\s(:][^(:]*)(?:\((?P<line>\d+)\)|:(?P<host_line>\d+):(?P<column>\d+)): "
    r"(?P<severity>error|warning|fatal error|catastrophic error)(?: #[\w-]+)?: (?P<message>.*)"
)
_PLACELESS = re.compile(r"\s*(?P<tool>\w+)\s*(?::\s*)?(?:error|fatal)\s*: (?P<message>.*)")
_END = re.compile(r"\s*$|Remark:|\d+ (?:catastrophic )?errors? detected|compilation terminated|ptxas ")

_REPLACED = re.compile(r"__attribute__\(\((global|device|host|shared|constant|managed)\)\)")


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One error or warning; `excerpt` is the source line with its caret, as the compiler printed it."""

    message: str
    is_error: bool
    file: str | None = None
    line: int = 0
    column: int | None = None
    excerpt: tuple[str, ...] = ()

    @property
    def place(self) -> str | None:
        """`k.cu:3`, if the compiler named one."""
        return f"{self.file}:{self.line}" if self.file else None

    def text(self, source: str) -> str:
        """Return the message over the source line and a caret; `source` is the text of the file."""
        return "\n".join((self.message, *(self.excerpt or self._excerpt_of(source))))

    def _excerpt_of(self, source: str) -> tuple[str, ...]:
        """Return the line from the source itself, its caret where the log says or under its first letter."""
        lines = source.expandtabs().splitlines()
        if not 0 < self.line <= len(lines):
            return ()
        line = lines[self.line - 1]
        column = self.column - 1 if self.column else len(line) - len(line.lstrip())
        return ("  " + line, "  " + " " * column + "^")


def parse_diagnostics(log: str) -> list[Diagnostic]:
    """Return the errors and warnings of a log, in its order."""
    lines = log.splitlines()
    found = []
    for number, line in enumerate(lines):
        if head := _HEAD.match(line):
            found.append(_placed(head, lines[number + 1 :]))
        elif head := _PLACELESS.match(line):
            found.append(Diagnostic(message=f"{head['tool']}: {head['message']}", is_error=True))
    return found


def warnings_of(log: str) -> str:
    """Return the warnings of a log as text, one after another."""
    found = [diagnostic for diagnostic in parse_diagnostics(log) if not diagnostic.is_error]
    return "\n".join(f"{warning.place}: warning: {warning.text('')}" for warning in found)


def _placed(head: re.Match[str], following: list[str]) -> Diagnostic:
    return Diagnostic(
        message=head["message"],
        is_error=head["severity"] != "warning",
        file=head["file"],
        line=int(head["line"] or head["host_line"]),
        column=int(head["column"]) if head["column"] else None,
        excerpt=tuple(_excerpt(following)),
    )


def _excerpt(following: list[str]) -> list[str]:
    """Return the lines up to and including the caret, or none where the compiler printed no caret."""
    excerpt: list[str] = []
    for line in following:
        if _END.match(line) or _HEAD.match(line):
            return []
        excerpt.append(line.rstrip())
        if "^" in line and set(line) <= set(" \t|^~"):
            return _as_written(excerpt)
    return []


def _as_written(excerpt: list[str]) -> list[str]:
    """Return the excerpt with `__global__` and the like, which nvcc's preprocessor has replaced."""
    *lines, caret = excerpt
    if not any(_REPLACED.search(line) for line in lines):
        return excerpt
    before_caret = lines[-1][: caret.index("^")]
    column = len(_REPLACED.sub(r"__\1__", before_caret))
    return [*(_REPLACED.sub(r"__\1__", line) for line in lines), " " * column + "^"]
