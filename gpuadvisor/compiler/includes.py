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
    places = places_of_headers(job)
    if places is None:
        return None
    return {place.resolve(): content for place, content in places.items() if content is not None}


def places_of_headers(job: Job) -> dict[Path, bytes | None] | None:
    """Return each place where a header is looked for before it is found: its content, None if it has none."""
    folder = Path(job.path).absolute().parent
    directories = include_directories(job.options)
    places: dict[Path, bytes | None] = {}
    reached: set[Path] = set()
    pending = [(job.source, folder)]
    while pending:
        text, beside = pending.pop()
        for name in _names(text):
            if name is None:
                return None
            place = _look(name, (beside, folder, *directories), places)
            if place is not None and place.resolve() not in reached:
                reached.add(place.resolve())
                pending.append(((places[place] or b"").decode(errors="replace"), place.parent))
    return places


def _look(name: str, directories: Sequence[Path], places: dict[Path, bytes | None]) -> Path | None:
    """Return where the first header of that name lies; note all places that were looked at."""
    for directory in directories:
        place = directory / name
        if place not in places:
            places[place] = place.read_bytes() if place.is_file() else None
        if places[place] is not None:
            return place
    return None


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
