"""Fake frameworks: packages in a folder that comes first on the path of child processes."""

import os
from pathlib import Path
from textwrap import dedent

import pytest


def plant(monkeypatch: pytest.MonkeyPatch, folder: Path, package: str, source: str, **files: str) -> None:
    """Write a package whose `__init__.py` is `source`; `files` are its modules, by name."""
    place = folder / package
    place.mkdir(parents=True)
    for name, content in {"__init__": source, **files}.items():
        (place / f"{name}.py").write_text(dedent(content))
    before = os.environ.get("PYTHONPATH")
    path = f"{folder}{os.pathsep}{before}" if before else str(folder)
    monkeypatch.setenv("PYTHONPATH", path)
