"""The user's headers that a source reaches, because NVRTC cannot list them.

Conditions are not evaluated, so headers in branches not taken count too: at worst an edit there recompiles.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.module import CompileOptions

_INCLUDE = re.compile(
    r"^\s*#\s*include(?:_next)?\s*(?P<written>\S.*)|__has_include\s*\((?P<tested>[^)]*)\)", re.MULTILINE
)
_NAME = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|<(?P<angled>[^>]+)>)')


def included_files(job: Job) -> dict[Path, bytes] | None:
    """Return each header that the source reaches in its folder or the user's directories, and its content.

    Other headers belong to the toolkit or the host compiler. None where an include is spelled
    with a macro, so that what it reaches cannot be told.
    """
    folder = Path(job.path).absolute().parent
    directories = include_directories(job.options)
    found: dict[Path, bytes] = {}
    pending = [(job.source, folder)]
    while pending:
        text, beside = pending.pop()
        for name in _names(text):
            if name is None:
                return None
            header = _locate(name, (beside, folder, *directories))
            if header is not None and header.resolve() not in found:
                content = found[header.resolve()] = header.read_bytes()
                pending.append((content.decode(errors="replace"), header.parent))
    return found


def include_directories(options: CompileOptions) -> list[Path]:
    """Return the user's include directories: those asked for and those among the further options."""
    return [directory.absolute() for directory in options.include_directories] + _spelled(options.extra)


def _spelled(options: Sequence[str]) -> list[Path]:
    """Return the directories that compiler options such as `-Iheaders` or `-I headers` add."""
    flags = ("-I", "--include-path", "-isystem", "--system-include")
    pairs = zip_longest(options, options[1:], fillvalue="")
    spelled = [
        (following if option == flag else option.removeprefix(flag).removeprefix("="))
        for option, following in pairs
        for flag in flags
        if option.startswith(flag)
    ]
    return [Path(directory).absolute() for directory in spelled if directory]


def _names(text: str) -> Iterator[str | None]:
    for include in _INCLUDE.finditer(text):
        name = _NAME.match(include["written"] or include["tested"])
        yield (name["quoted"] or name["angled"]) if name else None


def _locate(name: str, directories: Sequence[Path]) -> Path | None:
    return next((directory / name for directory in directories if (directory / name).is_file()), None)
