"""The tool's own compilers, readers and code generator, and what falls back without them."""

from gpuadvisor.examining.looks.compiler import Compiler
from gpuadvisor.examining.looks.llvmlite import Native
from gpuadvisor.examining.parts.compiler import compilers
from gpuadvisor.examining.parts.native import native

WHOLE = Compiler(
    nvrtc="13.5",
    compute_capabilities=["7.5", "9.0", "12.1"],
    nvccs=["13.0", "13.5"],
    host_compiler="/usr/bin/g++",
    cuobjdump="/bin/cuobjdump",
)


def test_a_whole_toolchain_is_ok() -> None:
    nvrtc, nvcc, cuobjdump = compilers(WHOLE)
    assert (nvrtc.status, nvcc.status, cuobjdump.status) == ("ok", "ok", "ok")
    assert nvrtc.summary == "13.5, compiles CUDA C++ for compute capability 7.5 to 12.1"
    assert nvcc.summary.startswith("13.0, 13.5 with /usr/bin/g++")


def test_without_any_ptx_can_still_be_analysed() -> None:
    nvrtc, nvcc, cuobjdump = compilers(Compiler(problem="NVRTC is not installed"))
    assert (nvrtc.status, nvcc.status, cuobjdump.status) == ("missing", "missing", "missing")
    assert nvrtc.summary == "NVRTC is not installed: CUDA C++ cannot be analysed, PTX can"
    assert nvrtc.remedy == "pip install 'gpuadvisor[compile]'"
    assert (nvrtc.optional, nvcc.optional, cuobjdump.optional) == (False, True, True)


def test_nvcc_without_a_host_compiler_reads_no_host_code() -> None:
    part = compilers(Compiler(nvccs=["13.5"]))[1]
    assert part.status == "warning"
    assert "NVCC_CCBIN" in (part.remedy or "")


def test_without_llvmlite_kernels_are_interpreted() -> None:
    part = native(None, None)
    assert (part.status, part.remedy) == ("missing", "pip install 'gpuadvisor[compile]'")
    assert part.summary.startswith("not installed: the emulator interprets kernels")
    assert native(None, "ImportError: libz.so.1").summary.startswith("ImportError: libz.so.1: ")


def test_with_llvmlite_they_are_native() -> None:
    part = native(Native(llvmlite="0.50.0", llvm="22.1.0", processor="znver5"), None)
    assert (part.status, part.summary) == (
        "ok",
        "0.50.0 (LLVM 22.1.0), emulates kernels natively on znver5",
    )
