"""The tool's own compilers and readers of binaries: NVRTC, nvcc, cuobjdump."""

import shutil

import msgspec

from gpuadvisor.compiler.nvcc import installed_nvccs
from gpuadvisor.compiler.toolchain import nvrtc_version, supported_compute_capabilities
from gpuadvisor.compiler.tools import find_tool
from gpuadvisor.model.errors import GpuAdvisorError

HOST_COMPILERS = ("g++", "c++", "clang++", "cl")


class Compiler(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to compile with; what is not there is None or empty."""

    nvrtc: str | None = None
    compute_capabilities: list[str] = []
    """What NVRTC compiles for, oldest first."""
    problem: str | None = None
    """Why there is no NVRTC."""
    nvccs: list[str] = []
    """Their versions, the one that is tried first in front."""
    host_compiler: str | None = None
    cuobjdump: str | None = None
    """Where it is."""


def look() -> Compiler:
    """Look for them where the tool does."""
    try:
        found = Compiler(nvrtc=nvrtc_version(), compute_capabilities=supported_compute_capabilities())
    except GpuAdvisorError as error:
        found = Compiler(problem=error.what)
    cuobjdump = _cuobjdump()
    return msgspec.structs.replace(
        found,
        nvccs=_nvccs(),
        host_compiler=next(filter(None, map(shutil.which, HOST_COMPILERS)), None),
        cuobjdump=cuobjdump,
    )


def _nvccs() -> list[str]:
    try:
        return [nvcc.version for nvcc in installed_nvccs()]
    except ModuleNotFoundError:  # cuda-pathfinder, by which they are found, comes with the extra `compile`
        return []


def _cuobjdump() -> str | None:
    try:
        found = find_tool("cuobjdump")
    except ModuleNotFoundError:
        return None
    return None if found is None else str(found)
