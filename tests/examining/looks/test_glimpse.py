"""What packages tell before they are imported."""

from pathlib import Path

import pytest

from gpuadvisor.examining.looks import tensorflow, torch
from gpuadvisor.examining.looks.sight import Sight

NO_IMPORT = "raise AssertionError('it was imported')"
BUILD = "build_info = {'is_cuda_build': True, 'cuda_version': '12.5.1'}"


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_tensorflow_keeps_its_build_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path / "tensorflow/__init__.py", NO_IMPORT)
    write(tmp_path / "tensorflow/python/platform/build_info.py", BUILD)
    write(
        tmp_path / "tensorflow-99.0.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: tensorflow\nVersion: 99.0\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert tensorflow.glance() == Sight(version="99.0", has_cuda=True, cuda="12.5.1")


def test_torch_does_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path / "torch/__init__.py", NO_IMPORT)
    write(tmp_path / "torch/version.py", "__version__, cuda = '99.1', '13.2'")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert torch.glance() == Sight(version="99.1", has_cuda=True, cuda="13.2")


def test_a_package_without_such_a_file_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path / "torch/__init__.py", NO_IMPORT)
    write(tmp_path / "tensorflow/__init__.py", NO_IMPORT)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert torch.glance() is None
    assert tensorflow.glance() is None
