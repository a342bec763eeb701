"""Under what name the cache keeps what was compiled."""

import hashlib
import pickle
from functools import cache
from pathlib import Path

from gpuadvisor.emulator.native.host import host

CACHE = "native"
_EMULATOR = Path(__file__).parents[1]


def cache_key(*content: object) -> str:
    """Return the name of what is compiled from the content: another one for another host or emulator."""
    return hashlib.sha256(pickle.dumps((_sources(), host(), content))).hexdigest()


@cache
def _sources() -> str:
    """Return what tells one version of the emulator's own code from another."""
    found = hashlib.sha256()
    for path in sorted(_EMULATOR.rglob("*.py")):
        status = path.stat()
        found.update(f"{path.relative_to(_EMULATOR)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()
