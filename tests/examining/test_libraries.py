"""Missing libraries are named, as each of those who miss them says it."""

import pytest

from gpuadvisor.examining.libraries import CLASH, missing_library, wheel

LINKER = "ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory"
TENSORFLOW = """
I dso_loader.cc:55] Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open \
shared object file
I dso_loader.cc:55] Could not load dynamic library 'libnvinfer.so.8'; dlerror: no such file
I dso_loader.cc:55] Could not load dynamic library 'libcusolver.so.11'; dlerror: no such file
"""
PATHFINDER = 'DynamicLibNotFoundError: Failure finding "libnvrtc.so.13 or libnvrtc.so.12": No such file'
JAX = "RuntimeError: Unable to load cuSPARSE. Is it installed?"


@pytest.mark.parametrize(
    ("text", "library"),
    [
        (LINKER, "libcudnn.so.9"),
        (TENSORFLOW, "libcusolver.so.11"),
        (PATHFINDER, "libnvrtc.so.13"),
        (JAX, "cuSPARSE"),
        ("ImportError: libstdc++.so.6: cannot open shared object file", "libstdc++.so.6"),
        ("ImportError: libcuda.so.1: cannot open shared object file", None),
        ("I dso_loader.cc:70] Successfully opened dynamic library libcudnn.so.9", None),
        ("AttributeError: module 'torch' has no attribute 'cuda'", None),
    ],
)
def test_the_missing_library_is_named(text: str, library: str | None) -> None:
    assert missing_library(text) == library


@pytest.mark.parametrize(
    ("library", "cuda_major", "expected"),
    [
        ("libcudnn.so.9", 12, "nvidia-cudnn-cu12"),
        ("libcudnn.so.9", 13, "nvidia-cudnn-cu13"),
        ("libcublas.so.13", 13, "nvidia-cublas"),
        ("libcublas.so.12", 12, "nvidia-cublas-cu12"),
        ("cuSPARSE", 12, "nvidia-cusparse-cu12"),
        ("libcusparseLt.so.0", 13, "nvidia-cusparselt-cu13"),
        ("libnvJitLink.so.12", 12, "nvidia-nvjitlink-cu12"),
        ("libnvvm.so.4", 12, "nvidia-cuda-nvcc-cu12"),
        ("libnvvm.so.4", 13, "nvidia-nvvm"),
        ("libcudart.so.12", None, None),
        ("libstdc++.so.6", 12, None),
    ],
)
def test_its_wheel_is_named_for_the_cuda_it_is_for(
    library: str, cuda_major: int | None, expected: str | None
) -> None:
    assert wheel(library, cuda_major) == expected


def test_libraries_of_two_releases_clash() -> None:
    text = "undefined symbol: __nvJitLinkGetErrorLogSize_12_9, version libnvJitLink.so.12"
    assert CLASH.search(text)
    assert CLASH.search("version `GLIBCXX_3.4.32' not found")
    assert not CLASH.search(LINKER)
