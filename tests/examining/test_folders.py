"""The tool's own folders."""

from pathlib import Path

import pytest

from gpuadvisor.examining.folders import folders


def test_folders_that_do_not_exist_yet_can_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "a" / "b"))
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "c"))
    cache, state = folders()
    assert (cache.status, cache.summary) == ("ok", str(tmp_path / "a" / "b"))
    assert (state.status, state.summary) == ("ok", str(tmp_path / "c" / "machines"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    cache, state = folders()
    assert (cache.status, state.status) == ("warning", "ok")
    assert cache.summary.startswith(f"{tmp_path}/file/cache: ")
    assert cache.remedy == "set GPUADVISOR_CACHE_DIR to a folder that can be written to"
