"""Cubins, fat binaries and libraries, as nvcc of the wheel makes them; needs NVIDIA's cuobjdump."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gpuadvisor.compiler import cuobjdump
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.compiler.tools import find_tool
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.argument_text import parse_argument
from gpuadvisor.sources.files import source_files
from gpuadvisor.sources.launches import LaunchRequest

SOURCE = """\
__global__ void twice(float* out, const float* in)
{
    out[threadIdx.x] = 2 * in[threadIdx.x];
}
"""
OTHER = "__global__ void zero(float* out) { out[2 * threadIdx.x] = 0; }\n"
needs_cuobjdump = pytest.mark.skipif(
    find_tool("cuobjdump") is None, reason="cuobjdump (nvidia-cuda-cuobjdump) is not installed"
)
needs_host_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")


def nvcc(folder: Path, output: str, *options: str) -> Path:
    (folder / "twice.cu").write_text(SOURCE)
    (folder / "zero.cu").write_text(OTHER)
    compiler = find_tool("nvcc")
    if compiler is None:
        pytest.skip("nvcc is not installed")
    command = [compiler, "-lineinfo", *options, "-o", output]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / output


def analyzed(path: Path, kernel: str, *arguments: str) -> KernelProfile:
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    request = LaunchRequest(kernel=kernel, launch=launch, arguments=tuple(map(parse_argument, arguments)))
    options = CompileOptions(compute_capability="9.0")
    (profile,) = analyze_source(path, [request], EmulatedDevice("h100"), options)
    return profile


TWICE = ("twice", "out=float32[32]:zeros", "in=float32[32]:random")


@needs_cuobjdump
@needs_host_compiler
def test_a_library_is_run_from_its_ptx_whichever_module_holds_the_kernel(tmp_path: Path) -> None:
    options = ("-arch=sm_80", "-shared", "-Xcompiler", "-fPIC", "twice.cu", "zero.cu")
    library = nvcc(tmp_path, "libkernels.so.1", *options)
    assert source_files([library]) == [library]
    profile = analyzed(library, *TWICE)
    assert profile.counters is not None
    assert profile.counters.global_load_sectors == 4
    assert {(Path(access.file).name, access.line) for access in profile.accesses} == {("twice.cu", 3)}
    assert profile.resources is not None
    assert profile.resources.compute_capability == "9.0"
    zero = analyzed(library, "zero", "out=float32[64]:ones")
    assert zero.counters is not None
    assert zero.counters.global_store_sectors == 8


@needs_cuobjdump
def test_of_several_targets_the_newest_that_runs_is_taken(tmp_path: Path) -> None:
    generate = [f"-gencode=arch=compute_{each},code=compute_{each}" for each in (80, 90, 100)]
    binary = nvcc(tmp_path, "twice.fatbin", "-fatbin", *generate, "twice.cu")
    modules = cuobjdump.read_device_code(binary).ptx
    assert len(modules) == 3
    (chosen,) = cuobjdump.runnable_ptx(modules, "9.0")
    assert ".target sm_90" in chosen
    (oldest,) = cuobjdump.runnable_ptx(modules, "7.0")
    assert ".target sm_80" in oldest


@needs_cuobjdump
def test_machine_code_alone_gives_compiled_facts(tmp_path: Path) -> None:
    profile = analyzed(nvcc(tmp_path, "twice.cubin", "-cubin", "-arch=sm_90", "twice.cu"), "twice")
    assert profile.resources is not None
    assert profile.resources.compute_capability == "9.0"
    assert profile.resources.registers_per_thread > 0
    assert profile.resources.spill_bytes is None
    assert profile.occupancy is not None
    assert profile.counters is None
    (note,) = profile.notes
    assert "SASS" in note
    assert "no PTX" in note


@needs_cuobjdump
def test_a_program_without_device_code_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copy(shutil.which("true") or "", plain)
    with pytest.raises(GpuAdvisorError, match="holds no device code"):
        analyzed(plain, "twice")


def test_without_cuobjdump_the_error_names_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuobjdump, "find_tool", lambda _: None)
    (tmp_path / "twice.cubin").write_bytes(b"\x7fELF")
    with pytest.raises(GpuAdvisorError, match=r"pip install nvidia-cuda-cuobjdump"):
        analyzed(tmp_path / "twice.cubin", "twice")
