"""What is known of a framework without importing it, and how it is installed."""

from pathlib import Path

import pytest

from gpuadvisor.examining.frameworks import BY_NAME, FRAMEWORKS
from gpuadvisor.model.doctor import PART_NAMES

TORCH = """Metadata-Version: 2.1
Name: torch
Version: 99.1+cu130
Requires-Dist: nvidia-cudnn-cu13==9.26.0.51; platform_system == "Linux"
Requires-Dist: cuda-toolkit[cublas,cudart]==13.2.2; platform_system == "Linux"
"""
BOTH = """Metadata-Version: 2.1
Name: numba
Version: 99.2
Requires-Dist: nvidia-nvjitlink-cu12<13.0.0,>=12.3.0; extra == "cu12"
Requires-Dist: cuda-toolkit[cccl]==13.*; extra == "cu13"
"""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, content in {"torch-99.1": TORCH, "numba-99.2": BOTH}.items():
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(content)
    monkeypatch.setattr("sys.path", [str(tmp_path)])


@pytest.mark.usefixtures("installed")
def test_a_version_and_its_cuda_are_read_from_what_is_installed() -> None:
    assert BY_NAME["torch"].installed_version() == "99.1+cu130"
    assert BY_NAME["torch"].required_cuda_major() == 13


@pytest.mark.usefixtures("installed")
def test_where_one_may_choose_no_cuda_is_asked_for() -> None:
    assert BY_NAME["numba"].installed_version() == "99.2"
    assert BY_NAME["numba"].required_cuda_major() is None
    assert BY_NAME["jax"].installed_version() is None
    assert BY_NAME["jax"].required_cuda_major() is None


@pytest.mark.parametrize(
    ("cuda_major", "extra"),
    [(13, "cuda13"), (14, "cuda13"), (12, "cuda12"), (11, "cuda12"), (None, "cuda13")],
)
def test_the_newest_build_that_the_driver_runs_is_proposed(cuda_major: int | None, extra: str) -> None:
    assert BY_NAME["cupy"].remedy(cuda_major) == f"pip install 'gpuadvisor[{extra}]'"


def test_every_framework_is_a_part() -> None:
    assert {framework.name for framework in FRAMEWORKS} <= set(PART_NAMES)
