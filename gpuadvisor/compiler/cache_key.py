"""The name of a compilation: a hash of all that decides its result."""

import hashlib
import os
from pathlib import Path

from gpuadvisor import __version__
from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.includes import included_files
from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.nvcc import installed_nvccs
from gpuadvisor.compiler.toolchain import nvrtc_version

_NVCC_VARIABLES = ("NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS", "NVCC_CCBIN")


def cache_key(job: Job) -> str | None:
    """Return the hash of source, its name, every option, the user's headers and the toolchain.

    The name and the working folder count because line information holds them. None where the headers cannot
    be told.
    """
    headers = included_files(job)
    if headers is None:
        return None
    parts = [repr(job), str(Path.cwd()), repr(_toolchain())]
    parts += [f"{header} {_digest(content)}" for header, content in sorted(headers.items())]
    return _digest("\0".join(parts).encode())


def _toolchain() -> tuple[object, ...]:
    headers = [(str(directory), directory.stat().st_mtime_ns) for directory in toolkit_include_directories()]
    variables = [os.environ.get(name) for name in _NVCC_VARIABLES]
    return (__version__, nvrtc_version(), installed_nvccs(), headers, variables)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
