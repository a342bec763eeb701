"""The compiler's log, taken apart: errors with file, line and caret; warnings; the rest is dropped.

Three programs write logs: EDG (the front end of NVRTC and nvcc: `k.cu(3): error: ...`), the host preprocessor
(`k.cu:3:9: fatal error: ...`) and tools without a place (`ptxas error   : ...`, `nvrtc: error: ...`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gpuadvisor.model.errors import GpuAdvisorError

SHOWN_ERRORS = 3

_HEAD = re.compile(
    r"\s*(?P<file>[^\s(:][^(:]*)(?:\((?P<line>\d+)\)|:(?P<gcc_line>\d+):\d+): "
    r"(?P<severity>error|warning|fatal error|catastrophic error)(?: #[\w-]+)?: (?P<message>.*)"
)
_PLACELESS = re.compile(r"\s*(?P<tool>\w+)\s*(?::\s*)?(?:error|fatal)\s*: (?P<message>.*)")
_END = re.compile(r"\s*$|Remark:|\d+ (?:catastrophic )?errors? detected|compilation terminated|ptxas ")


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning; `excerpt` is the source line with its caret, as the compiler printed it."""

    file: str | None
    line: int | None
    is_error: bool
    message: str
    excerpt: tuple[str, ...] = ()

    @property
    def place(self) -> str | None:
        """`k.cu:3`, if the compiler named one."""
        return f"{self.file}:{self.line}" if self.file else None

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        return "\n".join((head, *self.excerpt))


def parse_diagnostics(log: str) -> list[Diagnostic]:
    """Return the errors and warnings of a log, in its order."""
    lines = log.splitlines()
    found = []
    for number, line in enumerate(lines):
        if head := _HEAD.match(line):
            found.append(_placed(head, lines[number + 1 :]))
        elif head := _PLACELESS.match(line):
            found.append(Diagnostic(None, None, is_error=True, message=f"{head['tool']}: {head['message']}"))
    return found


def warnings_of(log: str) -> str:
    """Return the warnings of a log as text, one after another."""
    return "\n".join(str(found) for found in parse_diagnostics(log) if not found.is_error)


def compile_error(diagnostics: Iterable[Diagnostic], path: str, compiler: str) -> GpuAdvisorError:
    """Return the error that shows the first few errors, each with file, line, source line and caret."""
    errors = [found for found in diagnostics if found.is_error]
    if not errors:
        return GpuAdvisorError(f"{compiler} failed without saying why", where=path)
    first, more = errors[0], errors[1:SHOWN_ERRORS]
    texts = ["\n".join((first.message, *first.excerpt)), *map(str, more)]
    if hidden := len(errors) - 1 - len(more):
        texts.append(f"and {hidden} more")
    return GpuAdvisorError("\n".join(texts), where=first.place or path)


def _placed(head: re.Match[str], following: list[str]) -> Diagnostic:
    return Diagnostic(
        file=head["file"],
        line=int(head["line"] or head["gcc_line"]),
        is_error=head["severity"] != "warning",
        message=head["message"],
        excerpt=tuple(_excerpt(following)),
    )


def _excerpt(following: list[str]) -> list[str]:
    """Return the lines up to and including the caret, or none where the compiler printed no caret."""
    excerpt: list[str] = []
    for line in following:
        if _END.match(line) or _HEAD.match(line):
            return []
        excerpt.append(line.rstrip())
        if set(line) & {"^"} and set(line) <= set(" \t|^~"):
            return excerpt
    return []
