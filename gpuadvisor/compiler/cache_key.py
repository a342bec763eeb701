"""The name of a compilation: a hash of all that decides its result."""

import hashlib
import os
from pathlib import Path

from gpuadvisor import __version__
from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.includes import include_directories, included_files
from gpuadvisor.compiler.invocation import Job
from gpuadvisor.compiler.nvcc import installed_nvccs
from gpuadvisor.compiler.toolchain import nvrtc_version

_NVCC_VARIABLES = ("NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS", "NVCC_CCBIN")


def cache_key(job: Job) -> str | None:
    """Return the hash of source, its name, every option, the user's headers and the toolchain.

    The name counts because line information holds it. None where the headers cannot be told.
    """
    directories = [directory.absolute() for directory in job.options.include_directories]
    headers = included_files(job.source, job.path, [*directories, *include_directories(job.options.extra)])
    if headers is None:
        return None
    parts = [repr(job), str(Path(job.path).absolute()), repr(directories), repr(_toolchain())]
    parts += [f"{header} {_digest(content)}" for header, content in sorted(headers.items())]
    return _digest("\0".join(parts).encode())


def _toolchain() -> tuple[object, ...]:
    headers = [(str(directory), directory.stat().st_mtime_ns) for directory in toolkit_include_directories()]
    variables = [os.environ.get(name) for name in _NVCC_VARIABLES]
    return (__version__, nvrtc_version(), installed_nvccs(), headers, variables)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
