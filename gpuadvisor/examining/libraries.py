"""Which shared library is missing, out of what a loader or a framework says, and what brings it."""

import re

_ABSENT = (
    re.compile(r"(?P<name>lib[\w+-]+\.so[\d.]*): cannot open shared object file"),
    re.compile(r"Could not load dynamic library '(?P<name>[^']+)'"),
    re.compile(r'Failure finding "(?P<name>[^"\s]+)'),
    re.compile(r"Unable to load (?P<name>cu\w+)\. Is it installed"),
    re.compile(r"Could not find module .*?(?P<name>[\w-]+\.dll)"),
)
"""As the dynamic linker, TensorFlow, cuda-pathfinder (CuPy, Numba), JAX and Windows say it."""

_NOT_NEEDED = ("libcuda.", "libnvinfer")
"""The driver's own, which is judged apart; TensorRT, which nobody needs."""

_WHEELS = {
    "cudart": "nvidia-cuda-runtime",
    "cudnn": "nvidia-cudnn",
    "cublas": "nvidia-cublas",
    "cufft": "nvidia-cufft",
    "cufile": "nvidia-cufile",
    "cupti": "nvidia-cuda-cupti",
    "curand": "nvidia-curand",
    "cusolver": "nvidia-cusolver",
    "cusparselt": "nvidia-cusparselt",
    "cusparse": "nvidia-cusparse",
    "nccl": "nvidia-nccl",
    "nvjitlink": "nvidia-nvjitlink",
    "nvrtc": "nvidia-cuda-nvrtc",
    "nvshmem": "nvidia-nvshmem",
    "nvtoolsext": "nvidia-nvtx",
    "nvvm": "nvidia-nvvm",
}
_ALWAYS_SUFFIXED = ("cudnn", "nccl", "cusparselt", "nvshmem")
"""Since CUDA 13 the toolkit's own wheels bear no `-cu13`; those that are released apart still do."""

CLASH = re.compile(r"undefined symbol|version `\S+' not found")
"""How the linker says that it took a library of another release."""


def missing_library(text: str) -> str | None:
    """Return the first library that `text` says is not found, by the name that it is called there."""
    found = [match for pattern in _ABSENT for match in pattern.finditer(text)]
    names = [match["name"] for match in sorted(found, key=re.Match.start)]
    return next((name for name in names if not name.startswith(_NOT_NEEDED)), None)


def wheel(library: str, cuda_major: int | None) -> str | None:
    """Return the wheel that brings the library for a CUDA version, or None for one that is not NVIDIA's."""
    name = library.lower().removeprefix("lib")
    stem = next((stem for stem in _WHEELS if name.startswith(stem)), None)
    if stem is None or cuda_major is None:
        return None
    if stem == "nvvm" and cuda_major < 13:
        return f"nvidia-cuda-nvcc-cu{cuda_major}"
    is_suffixed = cuda_major < 13 or stem in _ALWAYS_SUFFIXED
    return f"{_WHEELS[stem]}-cu{cuda_major}" if is_suffixed else _WHEELS[stem]
