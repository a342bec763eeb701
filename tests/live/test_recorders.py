"""Which recorder a program gets."""

import sys
from types import ModuleType
from typing import Any

import pytest

from gpuadvisor.live.recorder import Recorded, Recorder
from gpuadvisor.live.recorders import Recorders, Way, cupti_starter
from gpuadvisor.model.timeline import TimelineProfile
from tests.live.fake_cupti import FakeCupti, kernel

MODULE = ModuleType("any")


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else was tested before, PyTorch is not imported yet."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)


class Scripted:
    """A recorder that takes notes."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name, self._log = name, log
        log.append(f"start {name}")

    def finish(self) -> Recorded:
        """End."""
        self._log.append(f"finish {self._name}")
        return Recorded(timeline=None, remarks=[self._name])


def recorders(log: list[str], way: Way | None = None, cupti: str | None = None) -> Recorders:
    def start_cupti() -> Recorder | str:
        return cupti or Scripted("cupti", log)

    return Recorders(start_torch=lambda _: Scripted("torch", log), start_cupti=start_cupti, way=way)


@pytest.mark.parametrize(
    ("imports", "way", "log"),
    [
        (["torch"], None, ["start torch"]),
        (["cupy"], None, ["start cupti"]),
        (["cupy", "numba.cuda"], None, ["start cupti"]),
        (["tensorflow", "torch"], None, ["start cupti", "finish cupti", "start torch"]),
        (["torch", "jax"], None, ["start torch"]),
        (["torch"], "cupti", ["start cupti"]),
        (["jax", "torch"], "cupti", ["start cupti"]),
        (["jax", "torch"], "torch", ["start torch"]),
        (["jax"], "torch", []),
    ],
)
def test_the_recorder_follows_from_the_imports(imports: list[str], way: Way | None, log: list[str]) -> None:
    found: list[str] = []
    chosen = recorders(found, way)
    notices = chosen.notices()
    for name in imports:
        notices[name](MODULE)
    assert found == log
    chosen.finish()
    assert found[len(log) :] == [line.replace("start", "finish") for line in log[-1:]]


def test_what_starting_cupti_imports_starts_no_second_one() -> None:
    log: list[str] = []

    def start() -> Recorder | str:
        notices["cuda.bindings"](MODULE)
        return Scripted("cupti", log)

    chosen = Recorders(start_torch=lambda _: Scripted("torch", log), start_cupti=start)
    notices = chosen.notices()
    notices["cupy"](MODULE)
    notices["numba.cuda"](MODULE)
    assert log == ["start cupti"]


def test_what_torch_imports_on_its_way_starts_no_cupti(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    notices = recorders(log).notices()
    monkeypatch.setitem(sys.modules, "torch", MODULE)
    notices["triton"](MODULE)
    notices["torch"](MODULE)
    assert log == ["start torch"]


def test_without_cupti_the_reason_is_told() -> None:
    chosen = recorders([], cupti="pip install it")
    chosen.notices()["tensorflow"](MODULE)
    (remark,) = chosen.finish().remarks
    assert remark == "the program used TensorFlow, which CUPTI records: pip install it"


def test_without_any_framework_they_are_named() -> None:
    (remark,) = recorders([]).finish().remarks
    assert "none of PyTorch, CuPy, Numba, Triton, JAX, TensorFlow" in remark


@pytest.mark.parametrize(
    ("has_gpu", "reason"),
    [
        (True, "pip install 'gpuadvisor[cupti]' (no module cupti.cupti)"),
        (False, "pip install 'gpuadvisor[cupti]', on a machine with an NVIDIA GPU (no module cupti.cupti)"),
    ],
)
def test_cupti_python_that_is_not_installed_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool, reason: str
) -> None:
    monkeypatch.setitem(sys.modules, "cupti", ModuleType("cupti"))
    monkeypatch.setitem(sys.modules, "cupti.cupti", None)
    assert cupti_starter("x", lambda: has_gpu)() == reason


def test_a_cupti_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCupti(refusal="CUPTI_ERROR_INSUFFICIENT_PRIVILEGES"))
    assert cupti_starter("x", bool)() == "CUPTI does not start (CUPTI_ERROR_INSUFFICIENT_PRIVILEGES)"


def test_a_cupti_that_works_records(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCupti([kernel(5, 7)]))
    recorder = cupti_starter("train.py", bool)()
    assert not isinstance(recorder, str)
    found = recorder.finish().timeline
    assert isinstance(found, TimelineProfile)
    assert found.kernel_launches == 1


def install(monkeypatch: pytest.MonkeyPatch, cupti: Any) -> None:
    package = ModuleType("cupti")
    package.cupti = cupti  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cupti", package)
    monkeypatch.setitem(sys.modules, "cupti.cupti", cupti)
