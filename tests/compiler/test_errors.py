from pathlib import Path

import pytest

from gpuadvisor.compiler.diagnostics import parse_diagnostics
from gpuadvisor.model.errors import GpuAdvisorError
from tests.compiler.compiling import compiled


def error_of(source: str, path: str = "kernel.cu", **options: object) -> str:
    with pytest.raises(GpuAdvisorError) as caught:
        compiled(source, path, **options)
    return str(caught.value)


def test_a_syntax_error_shows_file_line_and_caret() -> None:
    assert error_of(
        "__global__ void k(int* x) {\n  int y = 3 x[0] = y;\n}", "dir/broken.cu"
    ).splitlines() == [
        'dir/broken.cu:2: expected a ";"',
        "    int y = 3 x[0] = y;",
        "              ^",
    ]


def test_only_the_first_errors_are_shown() -> None:
    source = "__global__ void k(int* x) {\n" + "  x[0] = 1.5f % 2;\n" * 9 + "}"
    text = error_of(source)
    assert [f"kernel.cu:{line}: " in text for line in (2, 3, 4, 5)] == [True, True, True, False]
    assert text.endswith("and 6 more")


def test_an_error_in_a_header_names_the_header(tmp_path: Path) -> None:
    (tmp_path / "broken.cuh").write_text("\n__device__ int f() { return 1 }\n")
    text = error_of('#include "broken.cuh"\n__global__ void k() {}', str(tmp_path / "k.cu"))
    assert text.startswith(f"{tmp_path}/broken.cuh:2: expected a")


def test_the_assemblers_errors_name_the_kernel_as_written() -> None:
    text = error_of(
        "__global__ void big(int* x)"
        "{ __shared__ int a[65536]; a[threadIdx.x] = 1; __syncthreads(); x[0] = a[x[1]]; }"
    )
    assert text.startswith("kernel.cu: ptxas: Entry function 'big' uses too much shared data")


def test_an_unknown_option_is_named() -> None:
    assert "--no-such-option" in error_of("__global__ void k() {}", extra=("--no-such-option",))


def test_every_dialect_of_log_is_read() -> None:
    log = "\n".join(
        (
            'a b.cu(3): error: expected a ";"',
            "  int x",
            "       ^",
            "",
            "a.cu(4): warning #177-D: variable was declared but never referenced",
            'a.cu(1): catastrophic error: cannot open source file "x.h"',
            '  #include "x.h"',
            "                ^",
            "/usr/x.h:7:9: fatal error: y.h: No such file or directory",
            "    7 | #include <y.h>",
            "      |          ^~~~~",
            "compilation terminated.",
            "ptxas error   : Entry function 'k' uses too much shared data",
            "nvcc fatal   : Unknown option '-z'",
            "nvrtc: error: invalid value for --gpu-architecture (-arch)",
            '4 errors detected in the compilation of "a.cu".',
        )
    )
    found = [
        (entry.place, entry.is_error, entry.message, len(entry.excerpt)) for entry in parse_diagnostics(log)
    ]
    assert found == [
        ("a b.cu:3", True, 'expected a ";"', 2),
        ("a.cu:4", False, "variable was declared but never referenced", 0),
        ("a.cu:1", True, 'cannot open source file "x.h"', 2),
        ("/usr/x.h:7", True, "y.h: No such file or directory", 2),
        (None, True, "ptxas: Entry function 'k' uses too much shared data", 0),
        (None, True, "nvcc: Unknown option '-z'", 0),
        (None, True, "nvrtc: invalid value for --gpu-architecture (-arch)", 0),
    ]
