"""Where findings lie, as code hosts want it: relative paths, and fingerprints that survive edits."""

import hashlib
from pathlib import Path, PurePath

from gpuadvisor.model.gate import Check


def relative_path(file: str) -> str:
    """Return a path from the folder that the gate ran in, with slashes."""
    path = PurePath(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def fingerprint(check: Check) -> str:
    """Return what identifies a finding from run to run: what is wrong, not how much or on which line."""
    return hashlib.sha256("\0".join((check.item, check.kind, check.fact)).encode()).hexdigest()
