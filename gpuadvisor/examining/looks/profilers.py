"""NVIDIA's profilers, on PATH or where their installers put them."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

PLACES: Mapping[str, tuple[str, ...]] = {
    "ncu": ("usr/local/cuda*/bin/ncu", "opt/nvidia/nsight-compute/*/ncu"),
    "nsys": ("usr/local/cuda*/bin/nsys", "opt/nvidia/nsight-systems*/*/bin/nsys"),
}
"""Linux: the toolkit's, and the packages' of their own (the installation guides of both)."""
LIMIT_SECONDS = 5.0


class Profiler(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    path: str
    on_path: bool
    version: str | None = None
    """None where it does not tell."""


class Profilers(msgspec.Struct, frozen=True, kw_only=True):
    """Both; None where it is not installed."""

    ncu: Profiler | None = None
    nsys: Profiler | None = None


def look() -> Profilers:
    """Find them and ask their versions."""
    return Profilers(**{name: find(name) for name in PLACES})


def find(name: str, root: Path = Path("/")) -> Profiler | None:
    """Return the profiler on PATH, else the newest of those installed below the root."""
    on_path = shutil.which(name)
    if on_path is not None:
        return Profiler(path=on_path, on_path=True, version=_version(on_path))
    installed = sorted(str(path) for place in PLACES[name] for path in root.glob(place))
    if not installed:
        return None
    return Profiler(path=installed[-1], on_path=False, version=_version(installed[-1]))


def _version(executable: str) -> str | None:
    try:
        answer = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"[Vv]ersion\s+(\d+(?:\.\d+)+)", answer.stdout)
    return found[1] if found else None
