"""What the names of kernels and of API functions tell."""

import re

_VERSION = re.compile(r"(_v\d+)?(_pt[sd]z)?$")
"""As Nsight Systems writes them: `cudaLaunchKernel_v7000`, `cuMemcpyAsync_ptsz`."""
_WAITS = re.compile(
    r"(cuda|hip)(Device|Stream|Event|Thread)Synchronize|cu(Ctx|Stream|Event)Synchronize"
    r"|(cuda|hip|cu)Memcpy(?!\w*Async)\w*"
)
"""Copies that are not asynchronous wait for what was launched before, and for themselves."""
_ALLOCATES = re.compile(
    r"(cuda|hip)(Malloc|Free)(\w*)|cu(Mem(Alloc|Free)|MemCreate|MemRelease|MemMap|MemUnmap)\w*"
    r"|cuda(Host(Alloc|Register|Unregister))|hipHost(Malloc|Free|Register)"
)
_LAUNCHES = re.compile(r"(cuda|hip)(Launch|GraphLaunch|ExtLaunch|ModuleLaunch)\w*|cu(Launch|GraphLaunch)\w*")
_MOVES = re.compile(r"(cuda|hip|cu)(Mem(cpy|set)|MemPrefetch)\w*")
_TENSOR = re.compile(r"tensorop|[a-z](884|1688|16816|16832)|hmma|imma|wgmma|xmma(?!\w*ffma)", re.IGNORECASE)
_COLLECTIVE = re.compile(r"\b(nccl|rccl)(Dev)?Kernel|^nccl", re.IGNORECASE)


def api_name(name: str) -> str:
    """Return the function's name without the suffix of its version."""
    return _VERSION.sub("", name)


def waits(name: str) -> bool:
    """Whether the function returns only when the GPU has done something."""
    return _WAITS.fullmatch(name) is not None


def allocates(name: str) -> bool:
    """Whether the function allocates, frees or pins memory."""
    return _ALLOCATES.fullmatch(name) is not None


def launches(name: str) -> bool:
    """Whether the function launches a kernel or a graph."""
    return _LAUNCHES.match(name) is not None


def moves(name: str) -> bool:
    """Whether the function copies or sets memory."""
    return _MOVES.match(name) is not None


def is_hip(name: str) -> bool:
    """Whether it is a function of AMD's runtime."""
    return name.startswith("hip")


def tensor_cores(name: str) -> bool | None:
    """Whether a kernel uses tensor cores; None where its name does not say so.

    The libraries write the shape of the matrix instruction into the names: `s16816gemm`, `tensorop`, `hmma`.
    """
    return True if _TENSOR.search(name) else None


def communicates(name: str) -> bool:
    """Whether a kernel belongs to a collective."""
    return _COLLECTIVE.search(name) is not None
