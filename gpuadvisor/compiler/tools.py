"""NVIDIA's command-line tools: found in wheels, conda, a toolkit or on PATH, and run."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path


@cache
def find_tool(name: str) -> Path | None:
    """Return the executable called `name`, or None where none is installed."""
    from cuda import pathfinder

    found = pathfinder.find_nvidia_binary_utility(name) or shutil.which(name)
    return Path(found) if found else None


def run_tool(
    executable: Path, *arguments: str | Path, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool, in English, and return its status and output."""
    return subprocess.run(
        [executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
    )
