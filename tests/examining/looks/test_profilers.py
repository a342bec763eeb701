"""NVIDIA's profilers, found by programs in their place."""

from pathlib import Path

import pytest

from gpuadvisor.examining.looks.profilers import Profiler, find

NCU = """#!/bin/sh
echo 'NVIDIA (R) Nsight Compute Command Line Profiler'
echo 'Copyright (c) 2018-2025 NVIDIA Corporation'
echo 'Version 2025.3.1.0 (build 36398880) (public-release)'
"""
NSYS = "#!/bin/sh\necho 'NVIDIA Nsight Systems version 2025.3.2.367-253235901235v0'\n"


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "content", "version"), [("ncu", NCU, "2025.3.1.0"), ("nsys", NSYS, "2025.3.2.367")]
)
def test_one_on_the_path_tells_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str, version: str
) -> None:
    write(tmp_path / name, content)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find(name) == Profiler(path=str(tmp_path / name), on_path=True, version=version)


def test_the_newest_aside_of_the_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    for release in ("2024.1.0", "2025.3.1"):
        write(tmp_path / "opt/nvidia/nsight-compute" / release / "ncu", NCU)
    newest = tmp_path / "opt/nvidia/nsight-compute/2025.3.1/ncu"
    assert find("ncu", tmp_path) == Profiler(path=str(newest), on_path=False, version="2025.3.1.0")
    assert find("nsys", tmp_path) is None


def test_one_that_does_not_run_has_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path / "ncu", "not a program")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find("ncu")
    assert found is not None
    assert found.version is None
