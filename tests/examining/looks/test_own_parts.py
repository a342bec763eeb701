"""The tool's own compilers, as they are installed here, and where they are not."""

import pytest

from gpuadvisor.compiler.toolchain import nvrtc_version
from gpuadvisor.examining.looks import compiler, llvmlite
from gpuadvisor.model.errors import GpuAdvisorError


def test_what_is_installed_is_found() -> None:
    found = compiler.look()
    assert found.nvrtc == nvrtc_version()
    assert "9.0" in found.compute_capabilities
    assert found.problem is None


def test_without_the_wheels_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise GpuAdvisorError("NVRTC is not installed", remedy="pip install 'gpuadvisor[compile]'")

    def no_pathfinder(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'cuda'")

    monkeypatch.setattr(compiler, "nvrtc_version", missing)
    monkeypatch.setattr(compiler, "installed_nvccs", no_pathfinder)
    monkeypatch.setattr(compiler, "find_tool", no_pathfinder)
    monkeypatch.setenv("PATH", "")
    assert compiler.look() == compiler.Compiler(problem="NVRTC is not installed")


def test_llvmlite_tells_its_version_and_the_processor() -> None:
    found = llvmlite.look()
    assert found.llvmlite
    assert found.llvm.split(".")[0].isdecimal()
    assert found.processor
