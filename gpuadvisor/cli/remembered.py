"""Reports of analyses made before, told again while nothing that went into them has changed.

What goes into a report: the command's options, this tool and the packages beside it, the environment of the
compilers, and files: sources, headers and the places where headers were looked for in vain, launch files,
data, the machine profile, rule pages. A file is known by its content.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gpuadvisor.files import load_cached, store_cached
from gpuadvisor.model.report import Report

_CACHE = "reports"
_PACKAGE = Path(__file__).parents[1]
_LARGE_BYTES = 1 << 24
"""Larger files are known by size and time of change."""
_VARIABLES = ("HOME", "XDG_STATE_HOME", "GPUADVISOR_STATE_DIR", "LD_LIBRARY_PATH", "CONDA_PREFIX",
              "CUDA_HOME", "CUDA_PATH", "NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS", "NVCC_CCBIN")  # fmt: skip


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis gave."""

    report: Report
    remarks: list[str] = []
    """What is told beside the report."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer and the fingerprints of the files that it depends on; None for one that must not be there."""

    answer: Answer
    files: dict[str, str | None]


def question(options: Mapping[str, Any], listing: Iterable[Path]) -> str:
    """Return the name of an analysis with these options that finds these files in its folders."""
    parts = (sorted(options.items()), sorted(listing), Path.cwd(), _environment(), _tool())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def recall(key: str) -> Answer | None:
    """Return what was answered to the same question, unless a file has changed since."""
    content = load_cached(_CACHE, key)
    if content is None:
        return None
    try:
        entry = msgspec.json.decode(content, type=_Entry)
    except msgspec.DecodeError:
        return None
    unchanged = all(_fingerprint(Path(name)) == known for name, known in entry.files.items())
    return entry.answer if unchanged else None


def remember(key: str, answer: Answer, files: Iterable[Path], since: float) -> None:
    """Keep an answer, unless one of the files changed while it was worked out, from time `since` on."""
    paths = {path.absolute() for path in files}
    if any(path.exists() and path.stat().st_mtime >= since for path in paths):
        return
    entry = _Entry(answer=answer, files={str(path): _fingerprint(path) for path in sorted(paths)})
    store_cached(_CACHE, key, msgspec.json.encode(entry))


def _fingerprint(path: Path) -> str | None:
    try:
        status = path.stat()
        if status.st_size > _LARGE_BYTES:
            return f"{status.st_size} {status.st_mtime_ns}"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _environment() -> tuple[object, ...]:
    """Return what tells one set of compilers and packages from another."""
    variables = [os.environ.get(name) for name in _VARIABLES]
    packages = [(name, Path(name).stat().st_mtime_ns) for name in sys.path if name.endswith("-packages")]
    tools = [shutil.which(name) for name in ("nvcc", "gcc", "g++", "cl")]
    return variables, packages, [(tool, Path(tool).stat().st_mtime_ns) for tool in tools if tool]


def _tool() -> list[tuple[str, int, int]]:
    """Return what tells one version of this package from another."""
    folders = (_PACKAGE, _PACKAGE.with_name("rules"))
    found = (each for folder in folders if folder.is_dir() for each in _files(str(folder)))
    return sorted((path, status.st_size, status.st_mtime_ns) for path, status in found)


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(entry.path)
        elif not entry.name.endswith(".pyc"):
            yield entry.path, entry.stat()
