"""Histories: nothing is lost, whoever writes and whoever is killed."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gpuadvisor.gating.changes import change_points
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.history import Point, Series, append_run, read_history
from gpuadvisor.gating.items import Item
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import GateReport
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WRITER = """
import sys
from pathlib import Path
from tests.gating.test_history import add
for number in range(int(sys.argv[2])):
    add(Path(sys.argv[1]), number)
    print(number, flush=True)
"""


def add(path: Path, number: int) -> None:
    report = GateReport(
        tool=Tool(version="1"),
        created=DAY + dt.timedelta(days=number),
        device="emulated:h100",
        verdict="pass",
        checks=[],
    )
    facts = {"barriers": Known(number // 3, "barriers", Provenance.COUNTED)}
    append_run(path, report, [Item(name="k.cu:f", facts=facts)], f"{number:040x}")


def write_in_process(path: Path, count: int) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(count)], cwd=root, stdout=subprocess.PIPE
    )


def test_what_is_added_is_read_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    for number in (2, 0, 1, 3):
        add(path, number)
    (series,) = read_history(path)
    assert (series.item, series.fact, series.unit) == ("k.cu:f", "barriers", "barriers")
    assert [point.value for point in series.points] == [0, 0, 0, 1]
    assert series.points[3].revision == f"{3:040x}"
    assert change_points(series) == [3]


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    writers = [write_in_process(path, 20) for _ in range(2)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    (series,) = read_history(path)
    assert len(series.points) == 40


@pytest.mark.parametrize("after", [1, 2, 5, 9])
def test_a_killed_writer_leaves_whole_runs(tmp_path: Path, after: int) -> None:
    path = tmp_path / "history.db"
    writer = write_in_process(path, 100_000)
    assert writer.stdout is not None
    for _ in range(after):
        writer.stdout.readline()
    time.sleep(0.001 * after)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        runs = database.execute("SELECT count(*) FROM run").fetchone()[0]
    (series,) = read_history(path)
    assert len(series.points) == runs >= after


def test_no_history_and_what_is_none(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="gate --history"):
        read_history(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("this is no database, and it is long enough to be sure of that" * 10)
    with pytest.raises(GpuAdvisorError, match="not a history"):
        read_history(tmp_path / "text.db")


def measured(times: np.ndarray) -> Series:
    points = [
        Point(created=DAY + dt.timedelta(days=number), revision=None, compiler=None, value=float(value))
        for number, value in enumerate(times)
    ]
    return Series(item="k", fact="time", unit="s", provenance=Provenance.MEASURED, points=points)


def noisy(count: int, level: float, seed: int) -> np.ndarray:
    return level * np.random.default_rng(seed).lognormal(0, 0.01, count)


@pytest.mark.parametrize("seed", range(5))
def test_a_measured_time_changes_where_it_did(seed: int) -> None:
    times = np.concatenate([noisy(20, 1.0, seed), noisy(20, 1.05, seed + 100), noisy(15, 0.9, seed + 200)])
    first, second = change_points(measured(times))
    assert abs(first - 20) <= 2
    assert abs(second - 40) <= 2


def test_noise_is_no_change() -> None:
    assert [change_points(measured(noisy(40, 1.0, seed))) for seed in range(20)] == [[]] * 20
