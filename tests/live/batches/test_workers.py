"""Real child processes: errors, crashes and lack of memory cost one batch."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gpuadvisor.live.batches.contract import StepSource, parse_source
from gpuadvisor.live.batches.workers import Workers
from gpuadvisor.model.errors import GpuAdvisorError

STEPS = """
import os, signal, sys
import beside

def make(batch):
    print("to standard output")
    if batch == 2: raise MemoryError("no room")
    if batch == 3: os.kill(os.getpid(), signal.SIGSEGV)
    if batch == 4: os.kill(os.getpid(), signal.SIGKILL)
    if batch == 5: os._exit(7)
    if batch == 6: raise ValueError("shapes")
    return lambda: beside.LOSS
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "steps.py").write_text(STEPS)
    (tmp_path / "beside.py").write_text("LOSS = 0.5")
    return tmp_path


@pytest.fixture
def workers(folder: Path) -> Iterator[Workers]:
    with closing(Workers(StepSource(file=folder / "steps.py", function="make"))) as found:
        yield found


def test_every_ending_is_told_apart_and_the_next_batch_runs(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    found = {batch: workers.measure(batch, 0.01).point for batch in (1, 2, 3, 4, 5, 6, 7)}
    assert {batch: point.outcome for batch, point in found.items()} == {
        1: "measured",
        2: "out-of-memory",
        3: "crashed",
        4: "out-of-memory",
        5: "crashed",
        6: "failed",
        7: "measured",
    }
    assert found[1].loss_was_finite is True
    assert found[1].peak_memory_bytes is not None
    assert found[1].peak_memory_bytes > 2**20
    assert found[2].reason == "MemoryError: no room"
    assert found[3].reason == "it crashed (SIGSEGV)"
    assert "SIGKILL" in (found[4].reason or "")
    assert found[5].reason == "it ended its process (exit code 7)"
    assert found[6].reason == "ValueError: shapes"
    assert capfd.readouterr().out == ""


def test_a_step_that_hangs_costs_its_time(folder: Path) -> None:
    (folder / "steps.py").write_text("import time\ndef make(batch): time.sleep(60)")
    source = StepSource(file=folder / "steps.py", function="make")
    with closing(Workers(source, limit_seconds=0.5)) as workers:
        point = workers.measure(1, 0.0).point
    assert (point.outcome, point.reason) == ("failed", "it did not end within 0.5 s")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "no function 'make'"),
        ("make = 1", "no function 'make'"),
        ("\n1 / 0", r"steps.py:2: ZeroDivisionError: division by zero"),
        ("import os; os._exit(3)", r"steps.py: it does not load: it ended its process \(exit code 3\)"),
    ],
)
def test_a_file_that_does_not_load_says_why(folder: Path, text: str, message: str) -> None:
    (folder / "steps.py").write_text(text)
    workers = Workers(StepSource(file=folder / "steps.py", function="make"))
    with closing(workers), pytest.raises(GpuAdvisorError) as error:
        workers.measure(1, 0.01)
    assert re.search(message, str(error.value))


@pytest.mark.parametrize("text", ["steps.py", "steps.py:", ":make", "steps.py:not a name", "absent.py:make"])
def test_what_names_no_function_is_refused(text: str) -> None:
    with pytest.raises(GpuAdvisorError):
        parse_source(text)
