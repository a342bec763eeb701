"""The tool's own folders, and whether they can be written to."""

import tempfile
from pathlib import Path

from gpuadvisor.files import CACHE_VARIABLE, cache_directory
from gpuadvisor.model.doctor import Part
from gpuadvisor.probing.store import OVERRIDE, state_directory


def folders() -> list[Part]:
    """Judge the cache of compiled kernels and the folder of the last machine profiles."""
    return [
        _writable("cache", "Cache", cache_directory("").resolve(), CACHE_VARIABLE, "every run compiles anew"),
        _writable("state", "State", state_directory(), OVERRIDE, "no machine profile can be kept"),
    ]


def _writable(name: str, title: str, folder: Path, variable: str, consequence: str) -> Part:
    problem = _problem(folder)
    return Part(
        name=name,
        title=title,
        group="gpuadvisor",
        status="warning" if problem else "ok",
        summary=f"{folder}: {problem}: {consequence}" if problem else str(folder),
        remedy=f"set {variable} to a folder that can be written to" if problem else None,
        facts={"path": str(folder)},
    )


def _problem(folder: Path) -> str | None:
    """Return why nothing can be written there; what does not exist yet is judged by what is above it."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
