"""Compiled modules on disk, one file each, found by a hash of everything that went in.

A file is its payload's SHA-256 followed by the payload, and is renamed into place when complete:
processes may share the folder, a reader never sees half a file, and a damaged or older one counts as absent.
"""

import hashlib
import os
import tempfile
from pathlib import Path

import msgspec
import platformdirs

from gpuadvisor.compiler.module import CompiledModule

DIRECTORY_VARIABLE = "GPUADVISOR_CACHE_DIR"


def cache_directory() -> Path:
    """Return where compiled modules lie: the user's cache, or what GPUADVISOR_CACHE_DIR names."""
    chosen = os.environ.get(DIRECTORY_VARIABLE)
    base = Path(chosen) if chosen else platformdirs.user_cache_path("gpuadvisor", appauthor=False)
    return base / "compiled"


def load(key: str) -> CompiledModule | None:
    """Return the module stored under `key`, or None where there is none or the file is damaged."""
    try:
        content = _file(key).read_bytes()
    except OSError:
        return None
    checksum, payload = content[:32], content[32:]
    if hashlib.sha256(payload).digest() != checksum:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=CompiledModule)
    except msgspec.DecodeError:
        return None


def store(key: str, module: CompiledModule) -> None:
    """Keep the module for later; a folder that cannot be written only costs the next run its time."""
    payload = msgspec.msgpack.encode(module)
    try:
        _file(key).parent.mkdir(parents=True, exist_ok=True)
        _write_whole(_file(key), hashlib.sha256(payload).digest() + payload)
    except OSError:
        return


def _file(key: str) -> Path:
    return cache_directory() / key[:2] / key[2:]


def _write_whole(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
        partial.write(content)
    Path(partial.name).replace(path)
