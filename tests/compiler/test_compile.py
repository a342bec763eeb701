import re
from pathlib import Path

import pytest

from gpuadvisor.compiler.elf import section_sizes
from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.compiler.toolchain import architecture, supported_compute_capabilities
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance
from tests.compiler.compiling import FILL, compiled


def target(module: CompiledModule) -> str:
    found = re.search(r"^\.target (\w+)", module.ptx, re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("compute_capability", supported_compute_capabilities())
def test_every_target_of_nvrtc_gives_ptx_and_machine_code(compute_capability: str) -> None:
    module = compiled(FILL, compute_capability=compute_capability)
    assert target(module) == architecture(compute_capability)
    assert module.compute_capability == compute_capability
    assert ".text._Z4fillPff" in section_sizes(module.cubin)
    resources = module.resources["_Z4fillPff"]
    assert resources.provenance is Provenance.COMPILED
    assert 0 < resources.registers_per_thread <= 255


@pytest.mark.parametrize("older", ["5.0", "6.1", "7.0", "7.2"])
def test_a_gpu_older_than_the_compiler_gets_the_oldest_target(older: str) -> None:
    module = compiled(FILL, compute_capability=older)
    oldest = supported_compute_capabilities()[0]
    assert module.compute_capability == oldest
    assert module.resources["_Z4fillPff"].compute_capability == oldest
    assert target(module) == architecture(oldest)


def test_an_architecture_specific_target_is_kept() -> None:
    assert target(compiled(FILL, compute_capability="9.0a")) == "sm_90a"


@pytest.mark.parametrize("unknown", ["8.1", "42.0", "sm_90", "9", ""])
def test_an_unknown_target_names_the_known_ones(unknown: str) -> None:
    with pytest.raises(GpuAdvisorError, match=re.escape(repr(unknown))) as caught:
        compiled(FILL, compute_capability=unknown)
    assert "9.0, 10.0" in str(caught.value)


def test_every_instruction_knows_its_source_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.cu"
    module = compiled("\n\n\n" + FILL, str(path))
    assert f'.file\t1 "{path}"' in module.ptx
    assert re.search(r"\.loc\t1 4 ", module.ptx)


def test_defines_and_standard_reach_the_compiler() -> None:
    source = "__global__ void k(long* out) { out[0] = WIDTH; out[1] = __cplusplus; FLAG }"
    ptx = compiled(source, defines=("WIDTH=1234", "FLAG=")).ptx
    assert "1234" in ptx
    assert "202002" in compiled(source, defines=("WIDTH=1", "FLAG="), standard="c++20").ptx
    assert "202002" not in ptx


def test_further_options_are_passed_as_they_are() -> None:
    source = "__global__ void k(float* x) { x[0] = x[1] / x[2]; }"
    assert "div.rn.f32" in compiled(source).ptx
    assert "div.approx" in compiled(source, extra=("--use_fast_math",)).ptx


def test_warnings_are_kept() -> None:
    module = compiled("__global__ void k(int* x) {\n  int unused;\n  x[0] = 1;\n}")
    assert module.warnings.splitlines() == [
        'kernel.cu:2: warning: variable "unused" was declared but never referenced',
        "    int unused;",
        "        ^",
    ]


def test_a_source_without_kernels_is_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="no kernel"):
        compiled("__device__ float twice(float x) { return 2 * x; }")
