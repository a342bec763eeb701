"""Gates as processes: killed at any moment, and several at once."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest

from gpuadvisor.cli.gate_work import _cores
from gpuadvisor.gating.baseline import read_baseline
from gpuadvisor.gating.history import read_history
from tests.cli.test_gate import LAUNCH, SOURCE, edit

Found = TypeVar("Found")
ITEM = "tile.cu:reverse"
KILLED_AT = """
import os, signal, sys
def kill(event, arguments, left=[{count}]):
    if event == {event!r} and {about!r} in str(arguments):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(kill)
from gpuadvisor.cli.main import run
run()
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    """A kernel, its configuration and a baseline; the kernel has got worse since."""
    folder = tmp_path_factory.mktemp("gated")
    (folder / "tile.cu").write_text(SOURCE)
    (folder / "tile.toml").write_text(LAUNCH)
    (folder / "gpuadvisor.toml").write_text('[[kernel]]\nsource = "tile.cu"\n')
    assert start(folder, "--update").wait() == 0
    edit(folder / "tile.cu", "[33]", "[32]")
    return {path: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def folder(files: dict[Path, str]) -> Path:
    """The folder of those files as they were: compiled once, for all tests."""
    folder = next(iter(files)).parent
    for path in folder.iterdir():
        path.unlink()
    for path, text in files.items():
        path.write_text(text)
    return folder


def start(folder: Path, *options: str, code: str | None = None) -> subprocess.Popen[bytes]:
    how = ["-m", "gpuadvisor"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *how, "gate", *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed_at(folder: Path, event: str, about: str, count: int, *options: str) -> None:
    code = KILLED_AT.format(event=event, about=about, count=count)
    assert start(folder, *options, code=code).wait() == -signal.SIGKILL


def wavefronts(folder: Path) -> object:
    baseline = read_baseline(folder / "gpuadvisor-baseline.toml")
    assert baseline is not None
    return baseline.items[ITEM]["shared_load.wavefronts"].value


def test_a_killed_update_leaves_the_old_baseline(folder: Path) -> None:
    # Before the new file is there, when it is written, and just before it takes the old one's place.
    for event in ("tempfile.mkstemp", "os.chmod", "os.rename"):
        killed_at(folder, event, "baseline", 1, "--update")
        assert wavefronts(folder) == 32


def test_gates_killed_at_any_time_leave_baseline_and_history(folder: Path) -> None:
    assert start(folder, "--history", "history.db").wait() == 1
    begun = time.monotonic()
    assert start(folder, "--history", "history.db").wait() == 1
    whole_seconds = time.monotonic() - begun
    for part, options in product((0.6, 0.9), (("--history", "history.db"), ("--update",))):
        gate = start(folder, *options)
        time.sleep(part * whole_seconds)
        gate.kill()
        gate.wait()
        assert wavefronts(folder) in (32, 1024)
        lengths = {len(series.points) for series in read_history(folder / "history.db")}
        assert len(lengths) == 1  # a run is there with all its facts, or not at all
    with closing(sqlite3.connect(folder / "history.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_gates_at_once_lose_no_run(folder: Path) -> None:
    loop = "for _ in 1 2; do {} -m gpuadvisor gate --quiet --history history.db; done; true"
    command = ["bash", "-c", loop.format(sys.executable)]
    both = [subprocess.Popen(command, cwd=folder) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    series = read_history(folder / "history.db")
    assert {len(each.points) for each in series} == {4}
    assert {each.item for each in series} == {ITEM}
    assert len(series) > 20


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="/proc is absent")
@pytest.mark.skipif(_cores() < 2, reason="a second core is absent")
def test_the_processes_of_a_killed_gate_end(folder: Path) -> None:
    for number in range(5):
        (folder / f"k{number}.cu").write_text(SOURCE.replace("= in[", f"= {number} + in["))
        (folder / f"k{number}.toml").write_text(LAUNCH)
    edit(folder / "gpuadvisor.toml", "tile.cu", "*.cu")
    gate = start(folder)
    children = until(lambda: found if len(found := children_of(gate.pid)) > 1 else None)
    gate.kill()
    gate.wait()
    until(lambda: not any(map(is_alive, children)) or None)


def until(look: Callable[[], Found | None]) -> Found:
    """Return what a look finds, as soon as it does."""
    end = time.monotonic() + 10
    while (found := look()) is None:
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


def children_of(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def is_alive(process: int) -> bool:
    """Return whether a process runs; one that has ended may wait for its parent as `Z`."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
