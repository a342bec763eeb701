import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpuadvisor.cli import analysis, remembered
from gpuadvisor.cli.main import run
from gpuadvisor.cli.remembered import Answer, question, recall, remember
from gpuadvisor.devices.catalog import entry
from gpuadvisor.model.documents import encode
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.report import Report
from gpuadvisor.probing.store import save_last
from gpuadvisor.probing.unprobed import unprobed

SOURCE = """\
#include "scale.h"
__global__ void scale(float* out, const float* in) { out[threadIdx.x] = SCALE * in[threadIdx.x]; }
"""
LAUNCH = """
[[launch]]
kernel = "scale"
grid = 1
block = 32
args = [ { name = "out", type = "float32", shape = 32, fill = "zeros" }, { name = "in", fill = "in.npy" } ]
[compile]
include = ["first", "second"]
"""
ANSWER = Answer(report=Report(tool=Tool(version="0")), remarks=["nothing"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "scale.cu").write_text(SOURCE)
    (tmp_path / "scale.toml").write_text(LAUNCH)
    (tmp_path / "second").mkdir()
    (tmp_path / "second/scale.h").write_text("#define SCALE 2.0f\n")
    np.save(tmp_path / "in.npy", np.ones(32, np.float32))
    _age(tmp_path)
    return tmp_path


def _age(folder: Path) -> None:
    """Make the files older than any analysis that follows."""
    for path in folder.rglob("*.*"):
        os.utime(path, (time.time() - 60, time.time() - 60))


@pytest.fixture
def runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Any]]:
    """Analyse in this process; return how often kernels ran so far, and the document."""
    times = []
    original = analysis.analyze

    def counted(*arguments: Any, **keywords: Any) -> Any:
        times.append(1)
        return original(*arguments, **keywords)

    monkeypatch.setattr(analysis, "analyze", counted)

    def analyzed(*arguments: str) -> tuple[int, Any]:
        monkeypatch.setattr(
            sys, "argv", ["gpuadvisor", "analyze", "scale.cu", "--format", "json", *arguments]
        )
        with pytest.raises(SystemExit):
            run()
        return len(times), json.loads(capsys.readouterr().out)

    return analyzed


@pytest.mark.usefixtures("folder")
def test_what_has_not_changed_is_not_run_again(runs: Callable[..., tuple[int, Any]]) -> None:
    first = runs()
    assert first[0] == 1
    assert runs() == first
    assert runs("--verbose") == first


def _higher_header(folder: Path) -> None:
    (folder / "first").mkdir()
    (folder / "first/scale.h").write_text("#define SCALE 3.0f\n")


def _machine(_folder: Path) -> None:
    save_last(unprobed(entry("h100")))


CHANGES = {
    "source": lambda folder: (folder / "scale.cu").write_text(SOURCE + "\n"),
    "launch": lambda folder: (folder / "scale.toml").write_text(LAUNCH.replace("grid = 1", "grid = [1, 1]")),
    "header": lambda folder: (folder / "second/scale.h").write_text("#define SCALE 4.0f\n"),
    "header found earlier": _higher_header,
    "data": lambda folder: np.save(folder / "in.npy", np.zeros(32, np.float32)),
    "machine": _machine,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_run_again(
    folder: Path, runs: Callable[..., tuple[int, Any]], change: str
) -> None:
    runs()
    CHANGES[change](folder)
    assert runs()[0] == 2


@pytest.mark.usefixtures("folder")
def test_another_option_is_another_question(runs: Callable[..., tuple[int, Any]]) -> None:
    runs()
    assert runs("--all-blocks")[0] == 2
    assert runs("-D", "OTHER")[0] == 3


def test_what_programs_supply_is_not_remembered(folder: Path, runs: Callable[..., tuple[int, Any]]) -> None:
    program = "import numpy as np\ndef make():\n    return {'in': np.ones(32, np.float32)}\n"
    (folder / "make.py").write_text(program)
    launch = LAUNCH.replace(', fill = "in.npy"', "")
    (folder / "scale.toml").write_text(launch.replace("[compile]", 'inputs = "make.py:make"\n[compile]'))
    _age(folder)
    runs()
    assert runs()[0] == 2


def test_what_changed_during_the_analysis_is_not_remembered(folder: Path) -> None:
    key = question({}, [])
    remember(key, ANSWER, [folder / "scale.cu"], since=time.time() - 3600)
    assert recall(key) is None
    remember(key, ANSWER, [folder / "scale.cu", folder / "absent"], since=time.time())
    assert recall(key) == ANSWER


@pytest.mark.usefixtures("folder")
def test_a_damaged_entry_counts_as_none() -> None:
    key = question({}, [])
    remembered.store_cached("reports", key, b"{}")
    assert recall(key) is None


def test_files_in_the_folders_are_part_of_the_question(folder: Path) -> None:
    assert question({}, [folder / "scale.cu"]) != question({}, [folder / "scale.cu", folder / "more.cu"])


def test_the_report_survives_as_it_was(folder: Path, runs: Callable[..., tuple[int, Any]]) -> None:
    _, document = runs()
    (file,) = (folder / "cache/reports").rglob("*/*")
    kept = recall(file.parent.name + file.name)
    assert kept is not None
    assert json.loads(encode(kept.report)) == document
