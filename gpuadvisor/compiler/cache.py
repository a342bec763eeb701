"""Compiled modules on disk, one file each, found by a hash of everything that went in.

Processes may share the folder: a reader never sees half a file, and a damaged or older one counts as absent.
"""

from pathlib import Path

import msgspec

from gpuadvisor import files
from gpuadvisor.compiler.module import CompiledModule

_KIND = "compiled"


def cache_directory() -> Path:
    """Return where compiled modules lie: the user's cache, or what GPUADVISOR_CACHE_DIR names."""
    return files.cache_directory(_KIND)


def load(key: str) -> CompiledModule | None:
    """Return the module stored under `key`, or None where there is none or the file is damaged."""
    payload = files.load_cached(_KIND, key)
    if payload is None:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=CompiledModule)
    except msgspec.DecodeError:
        return None


def store(key: str, module: CompiledModule) -> None:
    """Keep the module for later; a folder that cannot be written only costs the next run its time."""
    files.store_cached(_KIND, key, msgspec.msgpack.encode(module))
