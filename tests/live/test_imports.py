"""Notices of imports come once, after the import, and leave the modules what they are."""

import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from gpuadvisor.live.imports import when_imported
from tests.live.programs import forgotten


@pytest.fixture(autouse=True)
def parcel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package `parcel` with a module in it, and one that cannot be imported."""
    (tmp_path / "parcel").mkdir()
    (tmp_path / "parcel/__init__.py").write_text("ready = True")
    (tmp_path / "parcel/inner.py").write_text("ready = True")
    (tmp_path / "parcel/broken.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with forgotten("parcel"):
        yield


def test_a_notice_comes_once_when_the_module_is_complete() -> None:
    told: list[ModuleType] = []
    with when_imported({"parcel": told.append}):
        assert "parcel" not in sys.modules
        import parcel  # type: ignore[import-not-found]

        assert told == [parcel]
        assert told[0].ready
        del sys.modules["parcel"]
        import parcel as again  # noqa: F401

    assert len(told) == 1


def test_a_module_within_a_package_gives_notice() -> None:
    told: list[str] = []
    with when_imported({"parcel.inner": lambda module: told.append(module.__name__)}):
        import parcel

        assert told == []
        import parcel.inner  # type: ignore[import-not-found]

    assert told == ["parcel.inner"]
    assert parcel.inner.ready


def test_a_module_imported_before_gives_notice_at_once() -> None:
    import parcel

    told: list[ModuleType] = []
    with when_imported({"parcel": told.append}):
        assert told == [parcel]


def test_the_loader_is_of_its_own_class() -> None:
    with when_imported({"parcel": lambda _: None}):
        import parcel
    assert type(parcel.__spec__.loader) is SourceFileLoader
    assert parcel.__file__ == parcel.__spec__.origin


def test_looking_for_a_module_is_no_import() -> None:
    told: list[ModuleType] = []
    with when_imported({"parcel": told.append}):
        assert find_spec("parcel") is not None
        assert told == []


def test_a_module_that_fails_gives_no_notice() -> None:
    told: list[ModuleType] = []
    with when_imported({"parcel.broken": told.append}), pytest.raises(ZeroDivisionError):
        import parcel.broken  # type: ignore[import-not-found]  # noqa: F401
    assert told == []


def test_absent_modules_stay_absent_and_nothing_stays_behind() -> None:
    finders = sys.meta_path[:]
    with when_imported({"parcel.absent": lambda _: None}), pytest.raises(ModuleNotFoundError):
        import parcel.absent  # type: ignore[import-not-found]  # noqa: F401
    assert sys.meta_path == finders
