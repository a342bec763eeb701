"""Where the toolkit's headers lie: cuda_fp16.h, mma.h, cooperative_groups.h, cuda/std/*, cub/*.

And which files belong to the libraries that kernels are written with.
"""

from functools import cache
from itertools import pairwise
from pathlib import Path

_PYTHON_LIBRARIES = {
    (folder, package)
    for folder in ("site-packages", "dist-packages")
    for package in ("triton", "numba", "numba_cuda")
}

_BUILTIN_HEADER = "__nv_nvrtc_builtin_header.h"
"""What NVRTC calls its own declarations, among them those of texture and surface functions."""


@cache
def toolkit_include_directories() -> tuple[Path, ...]:
    """Return the include directories of the CUDA runtime and of CCCL, from wheels, conda or a toolkit.

    Headers that are not installed are left out: sources that include nothing need none.
    """
    from cuda import pathfinder

    found = [pathfinder.locate_nvidia_header_directory(name) for name in ("cudart", "cccl")]
    directories = [Path(header.abs_path) for header in found if header is not None]
    return tuple(dict.fromkeys(directories))


@cache
def is_library_header(file: str) -> bool:
    """Return whether a file belongs to a CUDA toolkit, the host's compiler, Triton or Numba."""
    path = Path(file)
    if path.name == _BUILTIN_HEADER:
        return True
    if any(pair in _PYTHON_LIBRARIES for pair in pairwise(path.parts)):
        return True
    if path.is_relative_to("/usr/include") or path.is_relative_to("/usr/lib"):
        return True
    return any((directory / "cuda_runtime.h").is_file() for directory in path.parents)
