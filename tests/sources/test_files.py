import os
from pathlib import Path

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.files import source_files
from gpuadvisor.sources.launches import launch_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.cu", "a.cu", "bare.cu", "notes.txt"):
        (tmp_path / name).touch()
    for stem in ("a", "b"):
        (tmp_path / f"{stem}.toml").write_text(f'[[launch]]\nkernel = "{stem}"\ngrid = 1\nblock = 32\n')
    return tmp_path


def test_a_folder_stands_for_its_sources_with_launches(folder: Path) -> None:
    assert source_files([folder]) == [folder / "a.cu", folder / "b.cu"]
    assert source_files([folder / "bare.cu", folder / "a.cu"]) == [folder / "bare.cu", folder / "a.cu"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.cu", "no such file"), ("notes.txt", "neither a source of kernels nor a binary")],
)
def test_other_paths_are_refused(folder: Path, name: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        source_files([folder / name])


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="holds no"):
        source_files([tmp_path])


def test_the_launch_file_is_the_given_one_else_the_one_beside(folder: Path) -> None:
    assert [each.kernel for each in launch_file(folder / "a.cu", None).requests] == ["a"]
    assert [each.kernel for each in launch_file(folder / "a.cu", folder / "b.toml").requests] == ["b"]
    assert launch_file(folder / "bare.cu", None).requests == ()


def test_a_header_is_a_source_where_it_is_named(folder: Path) -> None:
    (folder / "a.cuh").touch()
    assert source_files([folder / "a.cuh"]) == [folder / "a.cuh"]
    assert folder / "a.cuh" not in source_files([folder])


def test_a_path_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """A name in Latin-1: Linux takes any bytes."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfcber"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system takes no names but UTF-8")
    (folder / "k.cu").touch()
    for path in (folder, folder / "k.cu"):
        with pytest.raises(GpuAdvisorError, match="the path is not UTF-8") as caught:
            source_files([path])
        str(caught.value).encode()
