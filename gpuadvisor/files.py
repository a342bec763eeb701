"""Files that several processes may share: written whole or not at all, and checked when read."""

import hashlib
import os
import tempfile
from pathlib import Path

CACHE_VARIABLE = "GPUADVISOR_CACHE_DIR"
_DIGEST_BYTES = 32


def cache_directory(kind: str) -> Path:
    """Return where things of a kind are cached: in the user's cache, or where GPUADVISOR_CACHE_DIR names."""
    import platformdirs

    chosen = os.environ.get(CACHE_VARIABLE)
    base = Path(chosen) if chosen else platformdirs.user_cache_path("gpuadvisor", appauthor=False)
    return base / kind


def load_cached(kind: str, key: str) -> bytes | None:
    """Return what was stored under `key`, or None where there is nothing or the file is damaged."""
    try:
        content = _cached_file(kind, key).read_bytes()
    except OSError:
        return None
    digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    return payload if hashlib.sha256(payload).digest() == digest else None


def store_cached(kind: str, key: str, payload: bytes) -> None:
    """Keep bytes for later; a folder that cannot be written only costs the next run its time."""
    path = _cached_file(kind, key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, hashlib.sha256(payload).digest() + payload)
    except OSError:
        return


def _cached_file(kind: str, key: str) -> Path:
    return cache_directory(kind) / key[:2] / key[2:]


def _write_whole(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
        partial.write(content)
    Path(partial.name).replace(path)
