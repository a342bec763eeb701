"""The driver library, there and not there."""

import ctypes
from typing import Any

import pytest

from gpuadvisor.devices.driver import driver_cuda_version, version_text


class Library:
    """A driver library whose one call answers as told."""

    def __init__(self, version: int, status: int = 0) -> None:
        self._version, self._status = version, status

    def cuDriverGetVersion(self, answer: Any) -> int:  # noqa: N802 - CUDA's name
        answer._obj.value = self._version
        return self._status


@pytest.mark.parametrize(("status", "expected"), [(0, 12080), (3, None)])
def test_the_driver_is_asked(monkeypatch: pytest.MonkeyPatch, status: int, expected: int | None) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library(12080, status))
    assert driver_cuda_version() == expected


def test_no_library_is_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert driver_cuda_version() is None


@pytest.mark.parametrize(("version", "text"), [(13020, "13.2"), (12000, "12.0"), (12090, "12.9")])
def test_versions_are_written_as_nvidia_writes_them(version: int, text: str) -> None:
    assert version_text(version) == text
