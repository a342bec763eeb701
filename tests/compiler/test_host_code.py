"""Files as people have them: with main, launches and host headers; any installed toolkit is hidden."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.host_code import errors_of_its_own, needs_nvcc
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.compiler.nvcc import installed_nvccs, nvccs_for
from gpuadvisor.model.errors import GpuAdvisorError
from tests.compiler.compiling import FILL, compiled

PROGRAM = """#include <cstdio>
#include <iostream>
#include <vector>
#include "factor.cuh"

namespace ops {
template <typename T, int N>
__global__ void scale(T* x) {
    for (int i = 0; i < N; ++i) x[threadIdx.x * N + i] *= FACTOR;
}
}

template <typename T> __global__ void never_launched(T* x) { x[0] = T(1); }

static __global__ void hidden(uint32_t* x) { x[0] = UINT32_MAX; }

int main(int argc, char** argv) {
    std::vector<float> host(128);
    float* device = nullptr;
    cudaMalloc(&device, host.size() * sizeof(float));
    ops::scale<float, 4><<<1, 32>>>(device);
    hidden<<<1, 1>>>(nullptr);
    std::cout << cudaGetErrorString(cudaDeviceSynchronize()) << std::endl;
    printf("%d\\n", argc);
}
"""
HOST_TOOLS = ("gcc", "g++", "sh", "rm", "cat")


@pytest.fixture
def hidden_toolkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave only a host compiler on PATH: what is installed of CUDA outside the wheels cannot be found."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in HOST_TOOLS:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"needs {name}")
        (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    for variable in ("CUDA_PATH", "CUDA_HOME", "CUDA_ROOT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    return tools


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "factor.cuh").write_text("#define FACTOR T(3)\n")
    path = tmp_path / "program.cu"
    path.write_text(PROGRAM)
    return path


def without_any_nvcc(monkeypatch: pytest.MonkeyPatch) -> None:
    from cuda import pathfinder

    monkeypatch.setattr(pathfinder, "find_nvidia_binary_utility", lambda _: None)


@pytest.mark.usefixtures("hidden_toolkit")
def test_a_program_is_compiled_by_the_nvcc_of_the_wheel(program: Path) -> None:
    module = compiled(PROGRAM, str(program))
    assert module.compiler == "nvcc " + ".".join(version("nvidia-cuda-nvcc").split(".")[:2])
    assert sorted(module.names.values()) == ["hidden", "ops::scale<float, 4>"]
    assert all(resources.compiler == module.compiler for resources in module.resources.values())
    assert module.templates == ("ops::scale", "never_launched")
    assert f'.file\t1 "{program}"' in module.ptx
    assert re.search(r"\.loc\t1 9 ", module.ptx)


@pytest.mark.usefixtures("hidden_toolkit")
def test_a_template_no_launch_uses_is_instantiated_by_name(program: Path) -> None:
    module = compiled(PROGRAM, str(program), instantiate=("never_launched<double>", "scale<int, 1 + 1>"))
    assert find_kernel(module, "never_launched<double>") == "_Z14never_launchedIdEvPT_"
    assert find_kernel(module, "scale<int,2>") == "_ZN3ops5scaleIiLi2EEEvPT_"
    assert find_kernel(module, "scale<float,4>") == "_ZN3ops5scaleIfLi4EEEvPT_"


@pytest.mark.usefixtures("hidden_toolkit")
def test_options_reach_nvcc(program: Path, tmp_path: Path) -> None:
    headers = tmp_path / "with, comma"
    headers.mkdir()
    (headers / "more.h").write_text("#define MORE 4321\n")
    source = (
        PROGRAM
        + """
        #include <more.h>
        __global__ void extra(long* x) { long list[] = {LIST}; x[0] = list[1] + MORE; x[1] = __cplusplus; }
    """
    )
    options = {"defines": ("LIST=1,5000",), "include_directories": (headers,), "standard": "c++20"}
    module = compiled(source, str(program), **options, maximum_registers=24, compute_capability="8.0")
    assert "9321" in module.ptx
    assert "202002" in module.ptx
    assert ".target sm_80" in module.ptx


@pytest.mark.usefixtures("hidden_toolkit")
def test_quoted_headers_beside_the_source_do_not_hide_system_headers(tmp_path: Path) -> None:
    folder = tmp_path / "a folder, with comma"
    folder.mkdir()
    (folder / "vector").write_text("#error this is not the standard library's\n")
    (folder / "factor.cuh").write_text("#define FACTOR T(3)\n")
    assert compiled(PROGRAM, str(folder / "program.cu")).resources


@pytest.mark.usefixtures("hidden_toolkit")
def test_names_that_nvcc_knows_without_include_are_known() -> None:
    module = compiled("__global__ void k(float* x) { x[0] = INFINITY + M_PI; }")
    assert module.compiler.startswith("nvcc")


@pytest.mark.usefixtures("hidden_toolkit")
def test_launches_behind_a_macro_of_nvrtc_are_seen() -> None:
    source = """
        template <class T> __global__ void k(T* x) { x[0] = 1; }
        #ifndef __CUDACC_RTC__
        int main() { k<<<1, 1>>>((int*)0); }
        #endif
    """
    assert list(compiled(source).names.values()) == ["k<int>"]


@pytest.mark.usefixtures("hidden_toolkit")
def test_an_error_in_a_program_shows_file_line_and_caret(program: Path) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        compiled(
            PROGRAM.replace("std::vector<float> host(128);", "std::vector<float> host(128,);"), str(program)
        )
    assert str(caught.value).splitlines() == [
        f"{program}:18: expected an expression",
        "      std::vector<float> host(128,);",
        "                                  ^",
    ]


@pytest.mark.usefixtures("hidden_toolkit")
def test_the_source_line_is_shown_as_it_is_written() -> None:
    line = "static __device__ int f(__shared__ int* x); __global__ void k(int* x) { x[0] = 1 +; }"
    with pytest.raises(GpuAdvisorError) as caught:
        compiled("#include <vector>\n" + line)
    assert str(caught.value).splitlines() == [
        "kernel.cu:2: expected an expression",
        "  " + line,
        "  " + " " * line.index("; }") + "^",
    ]


@pytest.mark.usefixtures("hidden_toolkit")
def test_a_missing_header_is_shown_where_it_is_included() -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        compiled('#include <vector>\n#include "no_such.cuh"\n' + FILL)
    assert str(caught.value).splitlines() == [
        "kernel.cu:2: no_such.cuh: No such file or directory",
        '  #include "no_such.cuh"',
        "           ^",
        "  name the header's folder with -I DIR",
    ]


def test_without_a_host_compiler_the_error_says_so(hidden_toolkit: Path, program: Path) -> None:
    for tool in ("gcc", "g++"):
        (hidden_toolkit / tool).unlink()
    with pytest.raises(GpuAdvisorError, match="no host compiler") as caught:
        compiled(PROGRAM, str(program))
    assert "install g++" in str(caught.value)


@pytest.mark.usefixtures("hidden_toolkit")
def test_without_nvcc_the_error_says_so(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_any_nvcc(monkeypatch)
    with pytest.raises(GpuAdvisorError, match="host code") as caught:
        compiled(PROGRAM, str(program))
    assert "pip install 'gpuadvisor[nvcc]'" in str(caught.value)


@pytest.mark.usefixtures("hidden_toolkit")
@pytest.mark.parametrize(
    ("source", "first_line"),
    [
        (
            "__global__ void k(int* x) { x[0] = 1 }\nint main() { k<<<1, 1>>>(nullptr); }",
            'kernel.cu:1: expected a ";"',
        ),
        (
            "int main() { cudaFree(0); }\n__global__ void k(int* x) { x[0] = 1 }",
            'kernel.cu:2: expected a ";"',
        ),
        ("__global__ void k(int* x) { x[0] = missing; }", 'kernel.cu:1: identifier "missing" is undefined'),
        ('#include "no_such.cuh"\n' + FILL, "kernel.cu:1: cannot open source file"),
    ],
    ids=["syntax before main", "syntax after main", "name", "header"],
)
def test_a_wrong_source_is_not_blamed_on_a_missing_nvcc(
    source: str, first_line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_any_nvcc(monkeypatch)
    with pytest.raises(GpuAdvisorError) as caught:
        compiled(source)
    text = str(caught.value)
    assert text.startswith(first_line)
    assert "^" in text
    assert "nvcc" not in text


def test_a_toolkit_header_that_is_only_for_nvcc_wants_nvcc() -> None:
    header = toolkit_include_directories()[0] / "some.h"
    refused = CompilerOutput(
        compiler="nvrtc", log=f"{header}(17): error: #error directive: no NVRTC", instances={}
    )
    wrong = CompilerOutput(compiler="nvrtc", log="k.cu(17): error: #error directive: no NVRTC", instances={})
    job = Job("", "k.cu", CompileOptions(compute_capability="9.0"), "9.0")
    assert needs_nvcc(job, refused)
    assert not errors_of_its_own(job, refused)
    assert not needs_nvcc(job, wrong)
    assert errors_of_its_own(job, wrong)


def test_the_nvcc_on_path_is_preferred(hidden_toolkit: Path) -> None:
    (wheel,) = installed_nvccs()
    (hidden_toolkit / "nvcc").write_text(
        f'#!{sys.executable}\nprint("Cuda compilation tools, release 12.9, V12.9.1")\n'
    )
    (hidden_toolkit / "nvcc").chmod(0o755)
    first, second = installed_nvccs()
    assert (first.label, second) == ("nvcc 12.9", wheel)


def test_an_nvcc_on_path_that_does_not_know_the_target_is_passed_over(hidden_toolkit: Path) -> None:
    (wheel,) = installed_nvccs()
    (hidden_toolkit / "nvcc").write_text("#!/bin/sh\necho 'release 11.8, sm_50 sm_90'\n")
    (hidden_toolkit / "nvcc").chmod(0o755)
    for target, chosen in (("9.0", "nvcc 11.8"), ("12.0", wheel.label)):
        job = Job("", "k.cu", CompileOptions(compute_capability=target), target)
        assert nvccs_for(job)[0].label == chosen


def test_where_the_nvcc_on_path_fails_the_one_of_the_wheel_compiles(
    hidden_toolkit: Path, program: Path
) -> None:
    (wheel,) = installed_nvccs()
    script = "#!/bin/sh\necho 'release 11.8, sm_90'\ncase $1 in --*) ;; *) echo broken; exit 1 ;; esac\n"
    (hidden_toolkit / "nvcc").write_text(script)
    (hidden_toolkit / "nvcc").chmod(0o755)
    assert compiled(PROGRAM, str(program)).compiler == wheel.label


@pytest.mark.usefixtures("hidden_toolkit")
def test_nvcc_and_nvrtc_of_one_release_agree() -> None:
    source = """
        __global__ void k(float* x, int n) {
            __shared__ float s[256];
            s[threadIdx.x] = x[threadIdx.x];
            __syncthreads();
            x[threadIdx.x] = s[(threadIdx.x * n) & 255] * __sinf(x[n]);
        }
    """
    by_nvrtc = compiled(source).resources["_Z1kPfi"]
    by_nvcc = compiled("#include <vector>\n" + source).resources["_Z1kPfi"]
    assert by_nvrtc.compiler.split()[1] == by_nvcc.compiler.split()[1]
    assert by_nvrtc.registers_per_thread == by_nvcc.registers_per_thread
    assert by_nvrtc.static_shared_bytes == by_nvcc.static_shared_bytes == 1024
    assert by_nvrtc.constant_bytes == by_nvcc.constant_bytes


def test_missing_wheels_are_named(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['cuda'] = None\n"
        "from gpuadvisor.compiler.compile import compile_source\n"
        "from gpuadvisor.compiler.module import CompileOptions\n"
        "compile_source('', 'k.cu', CompileOptions(compute_capability='9.0'))\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert finished.stderr.endswith(
        "NVRTC, NVIDIA's runtime compiler, is not installed\n  pip install 'gpuadvisor[compile]'\n"
    )
